/** Ping by raw and by ping sockets, and raw sockets in general. */
import assert from 'node:assert/strict';
import { ADDRESS, block, codeOf, story, type Setup, type Sockscope } from '../../support/story.ts';
import { internetChecksum } from '../../support/tcpPacket.ts';

const LOCAL = { address: '127.0.0.1', port: 0 };
const alone = (main: (s: Sockscope) => Promise<void>, setup: Setup = {}) =>
  story(setup).process('process', main).run();

function echoRequest(id: number, sequence: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 8;
  view.setUint16(4, id);
  view.setUint16(6, sequence);
  bytes.set(payload, 8);
  view.setUint16(2, internetChecksum(bytes));
  return bytes;
}

describe('ping', () => {
  it('by a raw socket: it sees the request and the reply, each with its IP header', () =>
    story()
      .process('ping', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        await s.sendto(fd, echoRequest(4711, 1, block(56)), 0, LOCAL);
        const request = await s.recv(fd);
        const reply = await s.recv(fd);
        assert.deepEqual([request[20], reply[20]], [8, 0]);
        assert.equal(request.length, 84);
        assert.equal(internetChecksum(reply.subarray(0, 20)), 0);
        assert.equal(internetChecksum(reply.subarray(20)), 0);
        assert.deepEqual(reply.slice(28), block(56));
        assert.equal(new DataView(reply.buffer, reply.byteOffset).getUint16(24), 4711);
      })
      .expectPackets(
        `
        0.000000  127.0.0.1 > 127.0.0.1  ICMP echo request id 4711 seq 1 length 56
        0.000010  127.0.0.1 > 127.0.0.1  ICMP echo reply id 4711 seq 1 length 56`,
      )
      .run());
  it('by a ping socket: the kernel gives it its id, and it sees only its replies', () =>
    story({ sysctl: { 'net.ipv4.ping_group_range': '0 0' } })
      .process('ping', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
        const other = await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
        await s.bind(fd, { address: '127.0.0.1', port: 77 });
        await s.sendto(fd, echoRequest(1, 5, block(10)), 0, LOCAL);
        const { data, address } = await s.recvfrom(fd);
        assert.equal(data[0], 0);
        assert.equal(new DataView(data.buffer, data.byteOffset).getUint16(4), 77);
        assert.equal(new DataView(data.buffer, data.byteOffset).getUint16(6), 5);
        assert.equal(address!.address, '127.0.0.1');
        assert.equal(await codeOf(s.recv(other, 100, s.MSG_DONTWAIT)), 'EAGAIN');
        assert.equal(await codeOf(s.sendto(fd, new Uint8Array(8), 0, LOCAL)), 'EINVAL');
      })
      .expectPackets(
        `
        -  127.0.0.1 > 127.0.0.1  ICMP echo request id 77 seq 5
        -  127.0.0.1 > 127.0.0.1  ICMP echo reply id 77 seq 5`,
      )
      .run());
  it('no answer with net.ipv4.icmp_echo_ignore_all', () =>
    story({ sysctl: { 'net.ipv4.icmp_echo_ignore_all': 1 } })
      .process('ping', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        await s.sendto(fd, echoRequest(1, 1, block(8)), 0, LOCAL);
        await s.sleep(1);
      })
      .expectPackets('- 127.0.0.1 > 127.0.0.1 ICMP echo request id 1 seq 1')
      .run());
  it('a damaged request is not answered', () =>
    story()
      .process('ping', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        const request = echoRequest(1, 1, block(8));
        request[10]! ^= 1;
        await s.sendto(fd, request, 0, LOCAL);
        await s.sleep(1);
      })
      .expectPackets('- 127.0.0.1 > 127.0.0.1 ICMP echo request id 1 seq 1')
      .run());
  it('a large one goes in fragments, both ways', () =>
    alone(
      async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        await s.sendto(fd, echoRequest(1, 1, block(5000)), 0, LOCAL);
        await s.recv(fd);
        const reply = await s.recv(fd);
        assert.equal(reply[20], 0);
        assert.equal(Buffer.compare(reply.subarray(28), block(5000)), 0);
      },
      { nic: { mtu: 1500 } },
    ));
});

describe('raw sockets', () => {
  it('get a copy of each packet of their protocol', () =>
    alone(async (s) => {
      const first = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      const second = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      const other = await s.socket(s.AF_INET, s.SOCK_RAW, 254);
      await s.sendto(first, 'hello', 0, LOCAL);
      for (const fd of [first, second]) {
        const packet = await s.recv(fd);
        assert.equal(packet[9], 253);
        assert.equal(new TextDecoder().decode(packet.subarray(20)), 'hello');
      }
      assert.equal(await codeOf(s.recv(other, 100, s.MSG_DONTWAIT)), 'EAGAIN');
    }));
  it('a protocol that nobody serves: ICMP protocol unreachable', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
        const packet = ipPacket(200, new TextEncoder().encode('?'));
        await s.sendto(fd, packet, 0, LOCAL);
        await s.sleep(1);
      })
      .expectPackets(
        `
        -  127.0.0.1 > 127.0.0.1  IP protocol 200 length 1
        -  127.0.0.1 > 127.0.0.1  ICMP protocol unreachable`,
      )
      .run());
  it('IPPROTO_RAW: the user writes the header; the kernel fills in length, checksum and, where 0, id and source', () =>
    alone(async (s) => {
      const from = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_RAW);
      const to = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      const packet = ipPacket(253, block(10));
      packet.set([0, 0, 0, 0], 12);
      packet[8] = 17;
      await s.sendto(from, packet, 0, LOCAL);
      const got = await s.recv(to);
      assert.equal(got[8], 17);
      assert.deepEqual([...got.subarray(12, 20)], [127, 0, 0, 1, 127, 0, 0, 1]);
      assert.equal(new DataView(got.buffer, got.byteOffset).getUint16(2), 30);
      assert.equal(internetChecksum(got.subarray(0, 20)), 0);
      assert.equal(await codeOf(s.recv(from, 100, s.MSG_DONTWAIT)), 'EAGAIN');
    }));
  it('IP_TTL, IP_TOS', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      await s.setsockopt(fd, s.SOL_IP, s.IP_TTL, 33);
      await s.setsockopt(fd, s.SOL_IP, s.IP_TOS, 0x10);
      await s.sendto(fd, 'x', 0, LOCAL);
      const packet = await s.recv(fd);
      assert.deepEqual([packet[1], packet[8]], [0x10, 33]);
      assert.equal(await codeOf(s.setsockopt(fd, s.SOL_IP, s.IP_TTL, 256)), 'EINVAL');
    }));
  it('connect() gives it an address: others are not heard, EDESTADDRREQ before', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      assert.equal(await codeOf(s.send(fd, 'x')), 'EDESTADDRREQ');
      await s.connect(fd, { address: '127.0.0.2', port: 0 });
      const other = await s.socket(s.AF_INET, s.SOCK_RAW, 253);
      await s.sendto(other, 'x', 0, LOCAL);
      await s.sleep(1);
      assert.equal(await codeOf(s.recv(fd, 100, s.MSG_DONTWAIT)), 'EAGAIN');
      assert.equal(await codeOf(s.connect(fd, { ...ADDRESS, family: s.AF_INET6 })), 'EAFNOSUPPORT');
    }));
});

/** An IP packet to 127.0.0.1 with a header that the kernel is to finish. */
function ipPacket(protocol: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + payload.length);
  packet[0] = 0x45;
  packet[8] = 64;
  packet[9] = protocol;
  packet.set([127, 0, 0, 1], 12);
  packet.set([127, 0, 0, 1], 16);
  packet.set(payload, 20);
  return packet;
}
