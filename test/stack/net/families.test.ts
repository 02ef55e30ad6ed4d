/** Sockets of two families beside each other: mapped addresses, and whose local addresses overlap. */
import assert from 'node:assert/strict';
import { sk_daddr_set, sk_rcv_saddr_set } from '../../../stack/include/net/inet_hashtables.ts';
import { ipv6_addr_any, ipv6_addr_v4mapped } from '../../../stack/include/net/ipv6.ts';
import type { sock } from '../../../stack/include/net/sock.ts';
import { INADDR_LOOPBACK } from '../../../stack/include/uapi/linux/in.ts';
import { in6addr_any, in6addr_loopback } from '../../../stack/include/uapi/linux/in6.ts';
import { AF_INET, AF_INET6, PF_INET } from '../../../stack/include/uapi/linux/socket.ts';
import { boot, DEFAULT_NIC, type Machine } from '../../../stack/index.ts';
import { formatAddress6 } from '../../../stack/lib/format_address.ts';
import { sk_alloc } from '../../../stack/net/core/sock/alloc.ts';
import {
  inet_rcv_saddr_any,
  inet_rcv_saddr_equal,
} from '../../../stack/net/ipv4/inet_connection_sock/port.ts';
import { tcp_prot } from '../../../stack/net/ipv4/tcp_ipv4/prot.ts';
import { sockText } from '../../../stack/trace/text.ts';

const machine: Machine = boot({ seed: 1, sysctl: {}, nic: DEFAULT_NIC });
function bound(family: number, to: (sk: sock) => void): sock {
  const sk = sk_alloc(machine.init_net, PF_INET, tcp_prot, true)!;
  sk.skc_family = family;
  to(sk);
  return sk;
}
const v4 = (addr: number) => bound(AF_INET, (sk) => sk_rcv_saddr_set(sk, addr));
const v6 = (addr: typeof in6addr_any, only = false) =>
  bound(AF_INET6, (sk) => {
    sk.skc_v6_rcv_saddr = addr;
    sk.skc_ipv6only = only;
  });
const mapped = (addr: number) => bound(AF_INET6, (sk) => sk_rcv_saddr_set(sk, addr));

describe('the addresses of a socket', () => {
  it('are kept mapped in a socket of AF_INET6, and only there', () => {
    const six = mapped(INADDR_LOOPBACK);
    sk_daddr_set(six, 0x0a000001);
    assert.equal(six.skc_daddr, 0x0a000001);
    assert.ok(ipv6_addr_v4mapped(six.skc_v6_daddr!) && !ipv6_addr_any(six.skc_v6_daddr!));
    assert.equal(formatAddress6(six.skc_v6_rcv_saddr!.s6_addr32), '::ffff:127.0.0.1');
    assert.equal(sockText(six), 'sport=0 dport=0 saddr=::ffff:127.0.0.1 daddr=::ffff:10.0.0.1');
    const four = v4(INADDR_LOOPBACK);
    assert.equal(four.skc_v6_rcv_saddr, null);
    assert.equal(sockText(four), 'sport=0 dport=0 saddr=127.0.0.1 daddr=0.0.0.0');
  });
});

describe('inet_rcv_saddr_equal()', () => {
  const any4 = v4(0);
  const loopback4 = v4(INADDR_LOOPBACK);
  const any6 = v6(in6addr_any);
  const only6 = v6(in6addr_any, true);
  const loopback6 = v6(in6addr_loopback);
  const mapped4 = mapped(INADDR_LOOPBACK);
  const mappedAny = mapped(0);
  // [one, the other, overlap with wildcards, and without them]
  const table: [string, sock, sock, boolean, boolean][] = [
    ['0.0.0.0, 127.0.0.1', any4, loopback4, true, false],
    ['127.0.0.1 twice', loopback4, v4(INADDR_LOOPBACK), true, true],
    ['127.0.0.1, 10.0.0.1', loopback4, v4(0x0a000001), false, false],
    [':: twice', any6, v6(in6addr_any), true, true],
    ['::, ::1', any6, loopback6, true, false],
    ['::1 twice', loopback6, v6(in6addr_loopback), true, true],
    ['::1, 127.0.0.1', loopback6, loopback4, false, false],
    ['::, 127.0.0.1: :: takes IPv4', any6, loopback4, true, false],
    [':: with IPV6_V6ONLY, 127.0.0.1', only6, loopback4, false, false],
    [':: with IPV6_V6ONLY, ::1', only6, loopback6, true, false],
    ['::1, :: with IPV6_V6ONLY', loopback6, only6, true, false],
    ['0.0.0.0, :: with IPV6_V6ONLY', any4, only6, false, false],
    ['::ffff:127.0.0.1, 127.0.0.1', mapped4, loopback4, true, true],
    ['::ffff:127.0.0.1, :: with IPV6_V6ONLY', mapped4, only6, false, false],
    ['::ffff:0.0.0.0, 127.0.0.1', mappedAny, loopback4, true, false],
  ];
  for (const [name, one, other, wildcards, exact] of table)
    it(name, () => {
      assert.equal(inet_rcv_saddr_equal(one, other, true), wildcards, 'with wildcards');
      assert.equal(inet_rcv_saddr_equal(one, other, false), exact, 'without');
    });

  it('inet_rcv_saddr_any() asks the family', () => {
    assert.deepEqual([any4, loopback4, any6, loopback6, mappedAny].map(inet_rcv_saddr_any), [
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});
