/** socket() in the Internet family: inet_create, one test for each way through. */
import assert from 'node:assert/strict';
import { module } from '../../../stack/include/linux/module.ts';
import { SS_UNCONNECTED } from '../../../stack/include/linux/net.ts';
import { sock_flag, SOCK_ZAPPED } from '../../../stack/include/net/sock.ts';
import { EACCES, EPERM } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { type inet_protosw, INET_PROTOSW_PERMANENT } from '../../../stack/net/ipv4/af_inet/create.ts';
import { inet_register_protosw, inet_unregister_protosw } from '../../../stack/net/ipv4/af_inet/init.ts';
import { inet_dgram_ops, inet_stream_ops } from '../../../stack/net/ipv4/af_inet/ops.ts';
import { inet_sock_destruct } from '../../../stack/net/ipv4/af_inet/sock.ts';
import { tcp_prot } from '../../../stack/net/ipv4/tcp_ipv4/prot.ts';
import { udp_prot } from '../../../stack/net/ipv4/udp/prot.ts';
import { sock_create_kern } from '../../../stack/net/socket/create.ts';
import { sock_from_file } from '../../../stack/net/socket/file.ts';
import { codeOf, type Setup, type Sockscope, story } from '../support/story.ts';

const alone = (main: (s: Sockscope) => Promise<void>, setup: Setup = {}) =>
  story(setup).process('process', main).run();
const asked = (s: Sockscope) => s.modules.requests().map(({ name }) => name);
const hashed = (s: Sockscope, protocol: number) =>
  s.machine.init_net.ipv4.raw_v4_hashinfo.ht[protocol & 0xff]?.length ?? 0;

/** socket() fails with `code`, and leaves nothing behind. */
async function refused(s: Sockscope, code: string, type: number, protocol = 0): Promise<void> {
  const accounts = () => [
    s.modules.refcount(),
    s.machine.sockets.size,
    s.machine.nr_sockets,
    s.machine.files.nr_files,
    s.machine.current.files.open_fds.size,
  ];
  const before = accounts();
  assert.equal(await codeOf(s.socket(s.AF_INET, type, protocol)), code);
  assert.deepEqual(accounts(), before, 'module references, sockets, BSD sockets, files, descriptors');
}

describe('inet_create: type and protocol', () => {
  for (const protocol of [-1, 263, 264, 0x7fffffff, -0x80000000]) {
    it(`protocol ${protocol} is out of range: EINVAL, and no module is asked for`, () =>
      alone(async (s) => {
        await refused(s, 'EINVAL', s.SOCK_STREAM, protocol);
        // Even where nobody serves the type.
        await refused(s, 'EINVAL', s.SOCK_RDM, protocol);
        assert.deepEqual(asked(s), []);
      }));
  }

  type Found = [what: string, type: (s: Sockscope) => number, protocol: number, prot: string, found: number];
  const pairs: Found[] = [
    ['(SOCK_STREAM, IPPROTO_TCP) is TCP', (s) => s.SOCK_STREAM, 6, 'TCP', 6],
    ["(SOCK_STREAM, 0) is TCP: the user's wildcard", (s) => s.SOCK_STREAM, 0, 'TCP', 6],
    ['(SOCK_DGRAM, IPPROTO_UDP) is UDP', (s) => s.SOCK_DGRAM, 17, 'UDP', 17],
    ['(SOCK_DGRAM, 0) is UDP: the first of its type', (s) => s.SOCK_DGRAM, 0, 'UDP', 17],
    ['(SOCK_DGRAM, IPPROTO_ICMP) is ping', (s) => s.SOCK_DGRAM, 1, 'PING', 1],
    ["(SOCK_RAW, IPPROTO_ICMP) is raw: the protocol's wildcard", (s) => s.SOCK_RAW, 1, 'RAW', 1],
    ['(SOCK_RAW, IPPROTO_TCP) is raw', (s) => s.SOCK_RAW, 6, 'RAW', 6],
    ['(SOCK_RAW, 253) is raw', (s) => s.SOCK_RAW, 253, 'RAW', 253],
    ['(SOCK_RAW, IPPROTO_RAW) is raw', (s) => s.SOCK_RAW, 255, 'RAW', 255],
  ];
  for (const [what, type, protocol, prot, found] of pairs) {
    it(what, () =>
      alone(
        async (s) => {
          const fd = await s.socket(s.AF_INET, type(s), protocol);
          assert.equal(s.sock(fd).sk_prot.name, prot);
          assert.equal(s.sock(fd).sk_protocol, found);
          assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_PROTOCOL), found);
          assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_DOMAIN), s.AF_INET);
          assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_TYPE), type(s));
          assert.deepEqual(asked(s), []);
        },
        { sysctl: { 'net.ipv4.ping_group_range': '0 0' } },
      ),
    );
  }

  const unsupported: [what: string, type: number, protocol: number][] = [
    ['UDP over SOCK_STREAM', 1, 17],
    ['SCTP over SOCK_STREAM', 1, 132],
    ['MPTCP (262) over SOCK_STREAM', 1, 262],
    ['TCP over SOCK_DGRAM', 2, 6],
    // Two wildcards: nobody says what it is to be.
    ['no protocol over SOCK_RAW', 3, 0],
  ];
  for (const [what, type, protocol] of unsupported) {
    it(`${what}: EPROTONOSUPPORT, after both modules were asked for`, () =>
      alone(async (s) => {
        await refused(s, 'EPROTONOSUPPORT', type, protocol);
        assert.deepEqual(asked(s), [`net-pf-2-proto-${protocol}-type-${type}`, `net-pf-2-proto-${protocol}`]);
      }));
  }
  for (const [name, type] of [
    ['0', 0],
    ['SOCK_RDM', 4],
    ['SOCK_SEQPACKET', 5],
    ['SOCK_DCCP', 6],
    ['7', 7],
    ['9', 9],
  ] as const) {
    it(`type ${name}: nobody serves it: ESOCKTNOSUPPORT, after both modules were asked for`, () =>
      alone(async (s) => {
        await refused(s, 'ESOCKTNOSUPPORT', type, 33);
        assert.deepEqual(asked(s), [`net-pf-2-proto-33-type-${type}`, 'net-pf-2-proto-33']);
      }));
  }

  const protosw = (s: Sockscope, more: Partial<inet_protosw>): inet_protosw => ({
    type: s.SOCK_SEQPACKET,
    protocol: 132,
    prot: tcp_prot,
    ops: inet_stream_ops(s.machine.kernel_module),
    flags: 0,
    ...more,
  });
  it('the module for the exact pair is loaded first, and its sockets work', () =>
    alone(async (s) => {
      s.modules.add('net-pf-2-proto-132-type-5', () => inet_register_protosw(s.machine, protosw(s, {})));
      s.modules.add('net-pf-2-proto-132', () => assert.fail('no need for it'));
      const fd = await s.socket(s.AF_INET, s.SOCK_SEQPACKET, 132);
      assert.equal(s.sock(fd).sk_protocol, 132);
      assert.deepEqual(s.modules.requests(), [{ name: 'net-pf-2-proto-132-type-5', found: true }]);
      await s.close(await s.socket(s.AF_INET, s.SOCK_SEQPACKET, 132));
      assert.equal(s.modules.requests().length, 1);
    }));
  it('then the module for the protocol', () =>
    alone(async (s) => {
      s.modules.add('net-pf-2-proto-132', () => inet_register_protosw(s.machine, protosw(s, {})));
      await s.close(await s.socket(s.AF_INET, s.SOCK_SEQPACKET, 132));
      assert.deepEqual(s.modules.requests(), [
        { name: 'net-pf-2-proto-132-type-5', found: false },
        { name: 'net-pf-2-proto-132', found: true },
      ]);
    }));
  it('a module that brings the type with another protocol turns ESOCKTNOSUPPORT into EPROTONOSUPPORT', () =>
    alone(async (s) => {
      s.modules.add('net-pf-2-proto-132', () =>
        inet_register_protosw(s.machine, protosw(s, { protocol: 133 })),
      );
      await refused(s, 'EPROTONOSUPPORT', s.SOCK_SEQPACKET, 132);
      await refused(s, 'EPROTONOSUPPORT', s.SOCK_SEQPACKET, 132);
    }));
  it('a scenario registers one with what modules.register offers, which is not held when it fails', () =>
    alone(async (s) => {
      const owner = new module('sctp');
      const register = s.modules.register['inet_register_protosw'] as typeof inet_register_protosw;
      s.modules.add('net-pf-2-proto-132', () =>
        register(s.machine, protosw(s, { ops: inet_stream_ops(owner) })),
      );
      s.cgroupSock(() => -EPERM);
      await refused(s, 'EPERM', s.SOCK_SEQPACKET, 132);
      assert.equal(owner.refcnt, 0);
      s.cgroupSock(null);
      const fd = await s.socket(s.AF_INET, s.SOCK_SEQPACKET, 132);
      assert.equal(owner.refcnt, 1);
      await s.close(fd);
      assert.equal(owner.refcnt, 0);
    }));

  it('a later protocol goes behind the permanent ones, and before the earlier others', () =>
    alone(async (s) => {
      const other = protosw(s, {
        type: s.SOCK_STREAM,
        protocol: 0,
        prot: udp_prot,
        ops: inet_dgram_ops(s.machine.kernel_module),
      });
      inet_register_protosw(s.machine, other);
      const name = async (protocol: number) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM, protocol);
        const sk = s.sock(fd);
        await s.close(fd);
        return sk.sk_prot.name;
      };
      assert.equal(await name(6), 'TCP');
      assert.equal(await name(0), 'TCP');
      assert.equal(await name(99), 'UDP');
      inet_unregister_protosw(s.machine, other);
      await refused(s, 'EPROTONOSUPPORT', s.SOCK_STREAM, 99);
    }));
  it('nobody takes the place of a permanent one', () =>
    alone(async (s) => {
      inet_register_protosw(
        s.machine,
        protosw(s, { type: s.SOCK_STREAM, protocol: 6, prot: udp_prot, flags: INET_PROTOSW_PERMANENT }),
      );
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.equal(s.sock(fd).sk_prot.name, 'TCP');
      assert.ok(s.kernelLog().includes('Attempt to override permanent protocol 6'));
    }));
});

describe('inet_create: who may', () => {
  it('raw sockets need CAP_NET_RAW: EPERM', () =>
    alone(async (s) => {
      s.capset(s.CAP_NET_ADMIN, s.CAP_NET_BIND_SERVICE);
      await refused(s, 'EPERM', s.SOCK_RAW, s.IPPROTO_ICMP);
      await refused(s, 'EPERM', s.SOCK_RAW, s.IPPROTO_RAW);
      // Nobody asks for other types.
      await s.close(await s.socket(s.AF_INET, s.SOCK_STREAM));
      s.capset(s.CAP_NET_RAW);
      await s.close(await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP));
    }));
  it('what is not there is said before who may: EPROTONOSUPPORT', () =>
    alone(async (s) => {
      s.capset();
      await refused(s, 'EPROTONOSUPPORT', s.SOCK_RAW, 0);
    }));
  it('the kernel itself may, and neither the cgroup nor the capability is asked; the hooks are told that it is the kernel', () =>
    alone(
      async (s) => {
        s.capset();
        s.cgroupSock(() => assert.fail('was asked'));
        const told: unknown[] = [];
        s.security({
          socket_create: (...args) => (told.push(args[3]), 0),
          socket_post_create: (...args) => (told.push(args[4]), 0),
        });
        const steps = sock_create_kern(s.machine.init_net, s.AF_INET, s.SOCK_RAW, s.IPPROTO_ICMP);
        const step = steps.next();
        assert.ok(step.done === true && typeof step.value === 'object');
        assert.equal(step.value.sk!.sk_kern_sock, true);
        assert.deepEqual(told, [true, true]);
      },
      { leaves: /./ },
    ));
  it('ping sockets: EACCES unless the group is in net.ipv4.ping_group_range', () =>
    alone(async (s) => {
      assert.equal(s.sysctl('net.ipv4.ping_group_range'), '1\t0');
      await refused(s, 'EACCES', s.SOCK_DGRAM, s.IPPROTO_ICMP);
      s.sysctl('net.ipv4.ping_group_range', '0 100');
      await s.close(await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP));
      s.sysctl('net.ipv4.ping_group_range', '1 100');
      await refused(s, 'EACCES', s.SOCK_DGRAM, s.IPPROTO_ICMP);
    }));
  it("a cgroup's program is asked about the finished sock, and can refuse; what was set up is taken back", () =>
    alone(async (s) => {
      const seen: unknown[] = [];
      s.machine.cgroup_inet_sock = (sk) => (seen.push([sk.sk_type, sk.sk_protocol, sk.skc_hashed]), -EACCES);
      await refused(s, 'EACCES', s.SOCK_STREAM);
      await refused(s, 'EACCES', s.SOCK_RAW, 99);
      assert.deepEqual(seen, [
        [s.SOCK_STREAM, s.IPPROTO_TCP, false],
        [s.SOCK_RAW, 99, true],
      ]);
      assert.equal(hashed(s, 99), 0);
    }));
});

describe('inet_create: what fails', () => {
  it('ENOMEM when there is no memory for the sock', () =>
    alone(async (s) => {
      s.fault('sk_alloc');
      await refused(s, 'ENOMEM', s.SOCK_STREAM);
      await s.close(await s.socket(s.AF_INET, s.SOCK_STREAM));
    }));
  it('what sk_prot->hash() says', () =>
    alone(async (s) => {
      s.fault('raw_hash');
      await refused(s, 'ENOMEM', s.SOCK_RAW, 99);
      assert.equal(hashed(s, 99), 0);
    }));
  it('what sk_prot->init() says; a raw socket leaves its hash chain', () =>
    alone(async (s) => {
      s.fault('proto_init', 2);
      await refused(s, 'ENOMEM', s.SOCK_STREAM);
      await refused(s, 'ENOMEM', s.SOCK_RAW, 99);
      assert.equal(hashed(s, 99), 0);
    }));
  it('EAFNOSUPPORT when the module of the operations is going after all that; the sock is released', () =>
    alone(async (s) => {
      s.fault('try_module_get_ops');
      await refused(s, 'EAFNOSUPPORT', s.SOCK_RAW, 99);
    }));
});

describe('inet_create: what it sets', () => {
  /** The fields that inet_create sets, as it leaves them. */
  async function fields(s: Sockscope, type: number, protocol: number) {
    const fd = await s.socket(s.AF_INET, type, protocol);
    const sock = sock_from_file(s.file(fd))!;
    const sk = s.sock(fd);
    assert.ok(s.machine.sockets.has(sk));
    assert.equal(sock.state, SS_UNCONNECTED);
    assert.equal(sk.sk_socket, sock);
    assert.equal(sk.sk_wq, sock.wq);
    // UDP's init() puts one of its own in the place of inet_sock_destruct.
    assert.equal(
      sk.sk_destruct.name,
      sk.sk_prot === udp_prot ? 'udp_destruct_sock' : inet_sock_destruct.name,
    );
    assert.equal(sk.sk_backlog_rcv, sk.sk_prot.backlog_rcv);
    assert.equal(sk.skc_refcnt, 1);
    assert.ok(sock_flag(sk, SOCK_ZAPPED));
    assert.equal(sk.sk_kern_sock, false);
    assert.equal(sk.sk_family, s.AF_INET);
    assert.equal(sk.sk_type, type);
    assert.equal(sk.sk_state, s.TCP_CLOSE);
    return {
      ops: sock.ops!.name,
      sk_protocol: sk.sk_protocol,
      sk_reuse: sk.sk_reuse,
      is_icsk: sk.is_icsk,
      inet_num: sk.inet_num,
      inet_sport: sk.inet_sport,
      hdrincl: sk.hdrincl,
      rest: [
        sk.nodefrag,
        sk.pmtudisc,
        sk.inet_id,
        sk.uc_ttl,
        sk.mc_loop,
        sk.mc_ttl,
        sk.mc_all,
        sk.mc_index,
        sk.rcv_tos,
      ],
    };
  }
  const rest = [false, 1, 0, -1, true, 1, true, 0, 0];

  it('TCP', () =>
    alone(async (s) => {
      assert.deepEqual(await fields(s, s.SOCK_STREAM, 0), {
        ops: 'inet_stream_ops',
        sk_protocol: 6,
        sk_reuse: 0,
        is_icsk: true,
        inet_num: 0,
        inet_sport: 0,
        hdrincl: false,
        rest,
      });
    }));
  it('UDP', () =>
    alone(async (s) => {
      assert.deepEqual(await fields(s, s.SOCK_DGRAM, 0), {
        ops: 'inet_dgram_ops',
        sk_protocol: 17,
        sk_reuse: 0,
        is_icsk: false,
        inet_num: 0,
        inet_sport: 0,
        hdrincl: false,
        rest,
      });
    }));
  it('ping: may share its address', () =>
    alone(
      async (s) => {
        assert.deepEqual(await fields(s, s.SOCK_DGRAM, 1), {
          ops: 'inet_sockraw_ops',
          sk_protocol: 1,
          sk_reuse: 1,
          is_icsk: false,
          inet_num: 0,
          inet_sport: 0,
          hdrincl: false,
          rest,
        });
      },
      { sysctl: { 'net.ipv4.ping_group_range': '0 0' } },
    ));
  it('raw: its number is its protocol', () =>
    alone(async (s) => {
      assert.deepEqual(await fields(s, s.SOCK_RAW, 99), {
        ops: 'inet_sockraw_ops',
        sk_protocol: 99,
        sk_reuse: 1,
        is_icsk: false,
        inet_num: 99,
        inet_sport: 99,
        hdrincl: false,
        rest,
      });
    }));
  it('raw with IPPROTO_RAW: the user writes the IP header', () =>
    alone(async (s) => {
      assert.deepEqual(await fields(s, s.SOCK_RAW, 255), {
        ops: 'inet_sockraw_ops',
        sk_protocol: 255,
        sk_reuse: 1,
        is_icsk: false,
        inet_num: 255,
        inet_sport: 255,
        hdrincl: true,
        rest,
      });
    }));
  it("a raw socket is on its protocol's hash chain as long as it is open", () =>
    alone(async (s) => {
      assert.equal(hashed(s, 99), 0);
      const fd = await s.socket(s.AF_INET, s.SOCK_RAW, 99);
      const second = await s.socket(s.AF_INET, s.SOCK_RAW, 99);
      assert.equal(hashed(s, 99), 2);
      assert.equal(s.sock(fd).skc_hashed, true);
      await s.close(fd);
      assert.equal(hashed(s, 99), 1);
      await s.close(second);
      assert.equal(hashed(s, 99), 0);
    }));
  it('path MTU discovery by net.ipv4.ip_no_pmtu_disc', () =>
    alone(async (s) => {
      const discovery = async () => s.sock(await s.socket(s.AF_INET, s.SOCK_DGRAM)).pmtudisc;
      assert.equal(await discovery(), s.IP_PMTUDISC_WANT);
      for (const value of [1, 2, 3]) {
        s.sysctl('net.ipv4.ip_no_pmtu_disc', value);
        assert.equal(await discovery(), s.IP_PMTUDISC_DONT);
      }
    }));
  it("the protocol's init() has run: a TCP socket has its congestion control, its timers and its buffers", () =>
    alone(async (s) => {
      const sk = s.sock(await s.socket(s.AF_INET, s.SOCK_STREAM));
      assert.equal(sk.icsk_ca_ops!.name, 'cubic');
      assert.equal(sk.icsk_rto, 1000);
      assert.equal(sk.snd_cwnd, 10);
      assert.equal(sk.mss_cache, 536);
      assert.equal(sk.sk_sndbuf, 16384);
      assert.equal(sk.sk_rcvbuf, 131072);
      assert.equal(s.machine.init_net.ipv4.tcp_memory.sockets_allocated, 1);
    }));
  it('each socket has a cookie of its own', () =>
    alone(async (s) => {
      const cookies = new Set<number>();
      for (let i = 0; i < 5; i++)
        cookies.add(await s.getsockopt(await s.socket(s.AF_INET, s.SOCK_STREAM), s.SOL_SOCKET, s.SO_COOKIE));
      assert.equal(cookies.size, 5);
    }));
});

describe('settings', () => {
  it('name what there is; what is only to be read refuses to be written', () =>
    story()
      .process('process', async (s) => {
        assert.equal(s.sysctl('net.ipv4.tcp_available_congestion_control'), 'reno cubic');
        assert.equal(s.sysctl('net.ipv4.tcp_ehash_entries'), '16384');
        assert.throws(() => s.sysctl('net.ipv4.tcp_ehash_entries', 1), { code: 'EACCES' });
        assert.equal(s.sysctl('net.core.default_qdisc', 'pfifo'), 'pfifo');
        assert.throws(() => s.sysctl('net.core.default_qdisc', 'fastest'), { code: 'ENOENT' });
      })
      .run());
});
