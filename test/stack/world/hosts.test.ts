/** Several machines in one world: each with its own kernel, addresses and processes, on one Ethernet wire. */
import assert from 'node:assert/strict';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { ExternalWire } from '../../../stack/index.ts';
import { ethernet_kind } from '../../../stack/drivers/net/vnic/kinds.ts';
import { vnic_probe } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import { dev_open } from '../../../stack/net/core/dev/register.ts';
import { inet_rtm_newaddr } from '../../../stack/net/ipv4/devinet.ts';
import { tcpStateName } from '../../../stack/trace/text.ts';
import { receive } from '../support/story.ts';
import { network } from '../support/network.ts';

const SERVER = { address: '10.0.0.1', port: 8080 };

describe('two hosts on one wire', () => {
  it('resolve each other by ARP, shake hands, and talk', async () => {
    const tale = network({ server: '10.0.0.1/24', client: '10.0.0.2/24' });
    let heard = '';
    tale.on('server', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, SERVER);
      await s.listen(fd);
      const peer: { address?: string } = {};
      heard = Buffer.from(await receive(s, await s.accept(fd, peer))).toString();
      assert.equal(peer.address, '10.0.0.2');
    });
    tale.on('client', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.connect(fd, SERVER);
      await s.send(fd, 'hello over there');
    });
    await tale.run();
    assert.equal(heard, 'hello over there');
    const lines = tale.frames.map(({ from, what }) => `${from}: ${what}`);
    assert.deepEqual(lines.slice(0, 5), [
      'client eth0: ARP request',
      'server eth0: ARP reply',
      'client eth0: SYN',
      'server eth0: SYN ACK',
      'client eth0: ACK',
    ]);
  });

  it('have sockets, ports and counters of their own', async () => {
    const tale = network({ server: '10.0.0.1/24', client: '10.0.0.2/24' });
    const states: string[] = [];
    tale.world.tracer.onHit(['sock:inet_sock_set_state'], ({ machine, args: [sk, , to] }) => {
      const { skc_num } = sk as sock_common;
      if (skc_num === 8080) states.push(`${machine.hostname} ${tcpStateName(to)}`);
    });
    for (const host of ['server', 'client'])
      tale.on(host, async (s) => {
        // The same port on both: neither is in the other's way.
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(fd, { address: '0.0.0.0', port: 8080 });
        await s.listen(fd);
      });
    await tale.run();
    assert.deepEqual(
      states.filter((line) => line.endsWith('TCP_LISTEN')),
      ['server TCP_LISTEN', 'client TCP_LISTEN'],
    );
    const [server, client] = tale.world.machines;
    assert.notEqual(server!.init_net, client!.init_net);
    assert.equal(server!.sockets.size, client!.sockets.size);
  });

  it('connect to an address that nobody has: EHOSTUNREACH, when ARP has given up', async () => {
    const tale = network({ server: '10.0.0.1/24', client: '10.0.0.2/24' });
    let failed_at = 0;
    tale.on('client', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await assert.rejects(s.connect(fd, { address: '10.0.0.77', port: 1 }), { code: 'EHOSTUNREACH' });
      failed_at = tale.world.time_ns;
    });
    await tale.run();
    const asked = tale.frames.filter(({ from, timeNs }) => from === 'client eth0' && timeNs < failed_at);
    assert.deepEqual(
      asked.map(({ what }) => what),
      ['ARP request', 'ARP request', 'ARP request'],
    );
  });

  it('three on one wire: each hears only what is for it', async () => {
    const tale = network({ a: '10.0.0.1/24', b: '10.0.0.2/24', c: '10.0.0.3/24' });
    const heard: string[] = [];
    for (const [host, address] of [
      ['b', '10.0.0.2'],
      ['c', '10.0.0.3'],
    ] as const)
      tale.on(host, async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(fd, { address, port: 9 });
        const list = [{ fd, events: s.POLLIN, revents: 0 }];
        const ready = await s.poll(list, 1000);
        heard.push(`${host}: ${ready === 0 ? 'nothing' : Buffer.from(await s.recv(fd)).toString()}`);
      });
    tale.on('a', async (s) => {
      await s.sleep(1);
      const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.sendto(fd, 'for b', 0, { address: '10.0.0.2', port: 9 });
    });
    await tale.run();
    assert.deepEqual(heard.sort(), ['b: for b', 'c: nothing']);
  });
});

describe('a world with an external wire', () => {
  /** A machine whose eth0 is answered by `answer`, with frames. */
  function outside(answer: (bytes: Uint8Array, wire: ExternalWire) => void) {
    const tale = network({ host: '10.0.0.1/24' });
    const { world } = tale;
    const wire: ExternalWire = new ExternalWire(world, 'tap', {
      send: (bytes) => answer(bytes, wire),
      close() {},
    });
    const [host] = world.machines;
    const eth1 = vnic_probe(host!.init_net, { ...host!.config.nic, mtu: 1500 }, ethernet_kind('eth1', wire));
    dev_open(eth1);
    inet_rtm_newaddr(eth1, 0x0a010001, 24);
    return { tale, wire };
  }

  it('waits for it: neither does the world end, nor does time pass', async () => {
    const sent: number[] = [];
    const { tale } = outside((bytes, wire) => {
      sent.push(tale.world.time_ns);
      // The far end takes its time: real time, not the world's.
      setTimeout(() => {
        wire.inject(arpReply(bytes));
        setTimeout(() => wire.unplug(), 30);
      }, 50);
    });
    tale.on('host', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.sendto(fd, 'x', 0, { address: '10.1.0.2', port: 9 });
    });
    await tale.run();
    // The ARP request, and the datagram once it was answered: at the same virtual time, since nothing else happened.
    assert.ok(sent.length >= 2);
    assert.equal(sent[0], sent[1]);
  });
});

/** The answer to an ARP request. */
function arpReply(request: Uint8Array): Uint8Array {
  const reply = request.slice();
  const mac = [2, 0, 0, 0, 0, 9];
  reply.set(request.subarray(6, 12), 0);
  reply.set(mac, 6);
  reply[21] = 2;
  reply.set(mac, 22);
  reply.set(request.subarray(38, 42), 28);
  reply.set(request.subarray(22, 32), 32);
  return reply;
}
