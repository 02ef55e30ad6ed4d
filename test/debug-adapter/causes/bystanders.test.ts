/** What is told of a frame on a wire with more than two hosts: what becomes of it at the host that it is for. */
import assert from 'node:assert/strict';
import { block, connected, listener, receive } from '../../stack/support/story.ts';
import { network } from '../../stack/support/network.ts';
import { Captured } from '../support/captured.ts';

const ADDRESS = { address: '10.0.0.2', port: 8080 };

describe('A frame that other hosts of its wire receive, too', () => {
  it('has arrived once, and stays dropped', async () => {
    const tale = network({ client: '10.0.0.1/24', server: '10.0.0.2/24', other: '10.0.0.3/24' })
      .on('server', async (s) => {
        const fd = await s.accept(await listener(s, 1, ADDRESS));
        await receive(s, fd);
        await s.close(fd);
      })
      .on('client', async (s) => {
        await s.sleep(1);
        const fd = await connected(s, ADDRESS);
        await s.send(fd, block(10_000));
        await s.close(fd);
        const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        for (let i = 0; i < 3; i++) await s.sendto(udp, 'hello', 0, { address: '10.0.0.2', port: 9 });
        await s.sleep(10);
      });
    const capture = new Captured(tale.world);
    await tale.run();
    capture.read();
    assert.deepEqual(capture.find('sockscope.arrivals'), [], capture.told());
    const dropped = capture.find('sockscope.drop.reason == "NO_SOCKET"');
    assert.equal(dropped.length, 3, capture.told());
    assert.deepEqual(capture.find('sockscope.drop && frame.fate != "dropped"'), [], capture.told());
  });
});
