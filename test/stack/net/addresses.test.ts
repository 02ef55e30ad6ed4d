/** Socket addresses by family: what bind(), connect() and sendto() of AF_INET sockets say to those of a wrong length or family. */
import assert from 'node:assert/strict';
import { formatAddress6 } from '../../../stack/lib/format_address.ts';
import { parseAddress6 } from '../../../stack/user/addresses.ts';
import { codeOf, type Sockscope, story } from '../support/story.ts';

const V4 = { address: '127.0.0.1', port: 8080 };
const V6 = { address: '::1', port: 8080 };
/** sizeof(struct sockaddr_in), and one less; sizeof(struct sockaddr_storage), and one more. */
const [SHORT, FULL, LARGEST, TOO_LONG] = [15, 16, 128, 129];

const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();
const kinds = (s: Sockscope): [name: string, type: number, protocol: number][] => [
  ['TCP', s.SOCK_STREAM, 0],
  ['UDP', s.SOCK_DGRAM, 0],
  ['ping', s.SOCK_DGRAM, s.IPPROTO_ICMP],
  ['raw', s.SOCK_RAW, s.IPPROTO_ICMP],
];
/** What a new socket of each kind says to a call. */
async function eachKind(
  s: Sockscope,
  call: (fd: number) => Promise<unknown>,
): Promise<Record<string, string | null>> {
  s.sysctl('net.ipv4.ping_group_range', '0 100');
  const said: Record<string, string | null> = {};
  for (const [name, type, protocol] of kinds(s)) {
    const fd = await s.socket(s.AF_INET, type, protocol);
    said[name] = await codeOf(call(fd));
    await s.close(fd);
  }
  return said;
}
const all = (code: string) => ({ TCP: code, UDP: code, ping: code, raw: code });

describe('the length of an address', () => {
  it('bind(): EINVAL when it is too short for the family, or longer than any', () =>
    alone(async (s) => {
      for (const length of [-1, 0, SHORT, TOO_LONG])
        assert.deepEqual(await eachKind(s, (fd) => s.bind(fd, V4, length)), all('EINVAL'), `${length}`);
      for (const length of [FULL, LARGEST]) {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(fd, V4, length);
        await s.close(fd);
      }
    }));

  it('connect(): EINVAL likewise; the family alone is enough to disconnect', () =>
    alone(async (s) => {
      for (const length of [-1, 0, 1, SHORT, TOO_LONG])
        assert.deepEqual(await eachKind(s, (fd) => s.connect(fd, V4, length)), all('EINVAL'), `${length}`);
      const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.connect(fd, V4);
      const nobody = { family: s.AF_UNSPEC, address: '0.0.0.0', port: 0 };
      assert.equal(await codeOf(s.connect(fd, nobody, 1)), 'EINVAL');
      await s.connect(fd, nobody, 2);
      assert.equal(await codeOf(s.getpeername(fd)), 'ENOTCONN');
      await s.close(fd);
    }));

  it('sendto(): EINVAL likewise; TCP does not look at the address', () =>
    alone(async (s) => {
      const echo = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0);
      for (const length of [0, SHORT])
        assert.deepEqual(
          await eachKind(s, (fd) => s.sendto(fd, echo, s.MSG_NOSIGNAL, V4, length)),
          { TCP: 'EPIPE', UDP: 'EINVAL', ping: 'EINVAL', raw: 'EINVAL' },
          `${length}`,
        );
      assert.deepEqual(await eachKind(s, (fd) => s.sendto(fd, echo, 0, V4, TOO_LONG)), all('EINVAL'));
    }));
});

describe('the family of an address', () => {
  it('bind() to an IPv6 address: EAFNOSUPPORT; a raw socket reads it as an IPv4 one, as on Linux', () =>
    alone(async (s) => {
      assert.deepEqual(await eachKind(s, (fd) => s.bind(fd, V6)), {
        ...all('EAFNOSUPPORT'),
        raw: null,
      });
      const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
      await s.bind(fd, V6);
      assert.equal((await s.getsockname(fd)).address, '0.0.0.0', 'its flow info');
      await s.close(fd);
    }));

  it('connect() and sendto() to an IPv6 address: EAFNOSUPPORT; TCP sends to no address', () =>
    alone(async (s) => {
      assert.deepEqual(await eachKind(s, (fd) => s.connect(fd, V6)), all('EAFNOSUPPORT'));
      const echo = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0);
      assert.deepEqual(await eachKind(s, (fd) => s.sendto(fd, echo, s.MSG_NOSIGNAL, V6)), {
        ...all('EAFNOSUPPORT'),
        TCP: 'EPIPE',
      });
    }));

  it('bind() with AF_UNSPEC: only to no address', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.equal(await codeOf(s.bind(fd, { ...V4, family: s.AF_UNSPEC })), 'EAFNOSUPPORT');
      await s.bind(fd, { family: s.AF_UNSPEC, address: '0.0.0.0', port: 8080 });
      assert.deepEqual(await s.getsockname(fd), { family: 'IPv4', address: '0.0.0.0', port: 8080 });
      await s.close(fd);
    }));

  it('a socket of IPv6: EAFNOSUPPORT', () =>
    alone(async (s) => {
      assert.equal(await codeOf(s.socket(s.AF_INET6, s.SOCK_STREAM)), 'EAFNOSUPPORT');
    }));

  it('an error names the address as it was written; a wrong one is refused with the cure', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await assert.rejects(s.connect(fd, V6), { code: 'EAFNOSUPPORT', address: '::1', port: 8080 });
      assert.throws(() => s.connect(fd, { address: '::g', port: 1 }), /an IPv6 address such as '::1'/);
      assert.throws(() => s.connect(fd, { family: 'IPv4', address: '::1', port: 1 }), /an IPv4 address/);
      await s.close(fd);
    }));
});

describe('IPv6 addresses as text', () => {
  for (const [written, shown] of [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['fe80::1:2:3:4', 'fe80::1:2:3:4'],
  ] as const)
    it(`${written} is shown as ${shown}`, () => {
      assert.equal(formatAddress6(parseAddress6(written)!.s6_addr32), shown);
    });
  for (const wrong of [
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
    '12345::',
    '::1.2.3',
    '1.2.3.4::',
    '::g',
  ])
    it(`'${wrong}' is none`, () => assert.equal(parseAddress6(wrong), null));
});
