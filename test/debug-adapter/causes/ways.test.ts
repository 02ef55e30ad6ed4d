/** The way back from a packet to what led to it, and causes of packets that are not TCP. */
import assert from 'node:assert/strict';
import { english } from '../../../language/message.ts';
import { causeChain } from '../../../debug-adapter/packets/story.ts';
import { accepted, block, connected, story } from '../../stack/support/story.ts';
import { network } from '../../stack/support/network.ts';
import { Captured } from '../support/captured.ts';

describe('What led to a packet', () => {
  it('goes from packet to packet back to the system call', async () => {
    const told = story({ nic: { mtu: 1500, latency: '5ms' } })
      .process('server', async (s) => {
        const fd = await accepted(s);
        while ((await s.recv(fd)).length > 0);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, block(20_000));
        await s.close(fd);
      });
    const capture = new Captured(told.machine.world);
    await told.run();
    capture.read();
    // More than the first window: it waits for ACKs.
    const last = capture.find('sockscope.cause.reason == "more_data"').at(-1);
    assert.ok(last !== undefined, capture.told());
    const { chain } = causeChain(capture.store, last, english);
    assert.ok(chain.length >= 3, JSON.stringify(chain, null, 1));
    assert.equal(chain[0]!.number, last);
    for (const [at, link] of chain.slice(0, -1).entries()) {
      assert.equal(link.packet, chain[at + 1]!.number);
      assert.ok(link.packet < link.number, 'a cause comes before');
    }
    assert.match(chain[0]!.sentence, new RegExp(`packet ${chain[1]!.number} lets it go`));
    assert.equal(chain.at(-1)!.packet, undefined);
    assert.match(
      chain.at(-1)!.sentence,
      /^(send|connect)\(.* of client \[pid \d+\] (sends data|opens a connection)\.$/,
    );
  });

  it('says from which packet it goes on where it is long', async () => {
    const told = story({
      nic: { mtu: 1500, latency: '5ms' },
      sysctl: { 'net.ipv4.tcp_rmem': '4096 1000000 6000000' },
    })
      .process('server', async (s) => {
        const fd = await accepted(s);
        // Until then nothing but segments makes it send ACKs.
        await s.sleep(5000);
        while ((await s.recv(fd)).length > 0);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        // Two segments at a time: many ACKs let go of many segments.
        s.sock(fd).snd_cwnd_clamp = 2;
        await s.send(fd, block(150_000));
        await s.close(fd);
      });
    const capture = new Captured(told.machine.world);
    await told.run();
    capture.read();
    let at = capture.find('sockscope.cause.reason == "more_data"').at(-1);
    assert.ok(at !== undefined, capture.told());
    const lengths: number[] = [];
    for (let last = Infinity; at !== undefined;) {
      const { chain, next } = causeChain(capture.store, at, english);
      assert.equal(chain[0]!.number, at);
      assert.ok(at < last, 'it goes back');
      assert.equal(next, next === undefined ? undefined : chain.at(-1)!.packet);
      lengths.push(chain.length);
      last = at;
      at = next;
    }
    assert.ok(lengths.length > 1, lengths.join());
    assert.ok(lengths.slice(0, -1).every((length) => length === 50));
  });

  it('names the question of an ARP answer, the ping of a reply, and the datagram that nobody wanted', async () => {
    const tale = network(
      { client: '10.0.0.1/24', server: '10.0.0.2/24' },
      { sysctl: { 'net.ipv4.ping_group_range': '0 0' } },
    ).on('client', async (s) => {
      const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.sendto(udp, 'hello', 0, { address: '10.0.0.2', port: 9 });
      await s.sleep(10);
      const ping = await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
      await s.sendto(ping, new Uint8Array([8, 0, 0, 0, 0, 0, 0, 1]), 0, { address: '10.0.0.2', port: 0 });
      await s.recv(ping);
    });
    const capture = new Captured(tale.world);
    await tale.run();
    capture.read();
    const first = (filter: string): number => {
      const [number] = capture.find(filter);
      assert.ok(number !== undefined, `${filter}\n${capture.told()}`);
      return number;
    };
    const cause = (filter: string): string => capture.story(first(filter)).cause ?? '';
    const asked = first('arp.opcode == 1');
    const told = first('arp.opcode == 2');
    const datagram = first('udp && !icmp');
    assert.match(cause('arp.opcode == 1'), /^The address of a neighbour is needed to send this: sendto\(/);
    assert.equal(cause('arp.opcode == 2'), `Answers packet ${asked}.`);
    assert.match(
      cause('udp && !icmp'),
      new RegExp(`^sendto\\(.*of client.* sends it\\. It waited for .* packet ${told} has told\\.$`),
    );
    assert.equal(cause('icmp.type == 3'), `Tells of an error: packet ${datagram} has caused it.`);
    assert.match(cause('icmp.type == 8'), /^sendto\(.*of client.* sends it\.$/);
    assert.equal(cause('icmp.type == 0'), `Answers packet ${first('icmp.type == 8')}.`);
    assert.match(capture.story(datagram).drop ?? '', /^Dropped by server: there is no socket for it\.$/);
  });
});
