/** Each packet's cause, held against the call stack with which it was sent. */
import assert from 'node:assert/strict';
import { Observed, type Sent } from '../support/observed.ts';
import { accepted, ADDRESS, connected, type Process, type Setup, story } from '../../stack/support/story.ts';

/** What a client and a server send on the loopback, and why. */
async function causesOf(setup: Setup, server: Process, client: Process): Promise<Sent[]> {
  const told = story(setup).process('server', server).process('client', client);
  const observed = new Observed(told.machine.world);
  await told.run();
  return observed.sent();
}

const sentences = (sent: readonly Sent[]): string[] => sent.map(({ sentence }) => sentence);
const has = (sent: readonly Sent[], ...wanted: RegExp[]): void => {
  for (const pattern of wanted)
    assert.ok(
      sentences(sent).some((one) => pattern.test(one)),
      `${pattern}\n${sentences(sent).join('\n')}`,
    );
};

describe('The cause of a packet', () => {
  it('is a system call, the packet that it answers, or the delayed-ACK timer', async () => {
    const sent = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        const fd = await accepted(s);
        await s.recv(fd);
        await s.sleep(500);
        await s.send(fd, 'hi');
        await s.recv(fd);
        await s.close(fd);
      },
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.recv(fd);
        await s.close(fd);
      },
    );
    assert.match(
      sent[0]!.sentence,
      /^connect\(3, 127\.0\.0\.1:8080\) of client \[pid \d+\] opens a connection\.$/,
    );
    assert.equal(sent[1]!.sentence, 'Answers packet 1: the request is in the SYN queue now.');
    assert.equal(sent[2]!.sentence, 'Completes the handshake: the SYN-ACK is packet 2.');
    assert.match(sent[3]!.sentence, /^send\(3, 5 bytes\) of client \[pid \d+\] sends data\.$/);
    has(sent, /closes this direction of the connection/);
  });

  it('tells resets apart: no socket, data that was not read, SO_LINGER 0', async () => {
    const refused = await causesOf(
      {},
      async () => {},
      async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await assert.rejects(s.connect(fd, ADDRESS));
      },
    );
    assert.equal(refused[1]!.sentence, 'There is no socket for packet 1.');

    const unread = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        const fd = await accepted(s);
        await s.sleep(50);
        await s.close(fd);
      },
      async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.sleep(200);
      },
    );
    has(unread, /^close\(\d+\) of server .* closes the socket, and data in it was not read\.$/);

    const aborted = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        await accepted(s);
        await s.sleep(100);
      },
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_LINGER, { l_onoff: 1, l_linger: 0 });
        await s.close(fd);
      },
    );
    has(aborted, /SO_LINGER 0/);
  });

  it('is a timer where the peer is silent: keepalive', async () => {
    const sent = await causesOf(
      { nic: { latency: '1ms' } },
      async (s) => {
        await accepted(s);
        await s.sleep(60_000);
      },
      async (s) => {
        const fd = await connected(s);
        await s.setsockopt(fd, s.SOL_SOCKET, s.SO_KEEPALIVE, 1);
        await s.setsockopt(fd, s.SOL_TCP, s.TCP_KEEPIDLE, 20);
        await s.sleep(50_000);
      },
    );
    has(sent, /^Keepalive probe 1: /, /^Answers packet \d+, whose sequence numbers are old/);
  });
});
