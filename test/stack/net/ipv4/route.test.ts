/** The routing tables: what follows from addresses, longest prefix, priorities, and what the route says. */
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { inet_make_mask } from '../../../../stack/include/linux/inetdevice.ts';
import { ETH_HLEN, IFF_BROADCAST, IFF_UP, net_device } from '../../../../stack/include/linux/netdevice.ts';
import { dst_metric_advmss, dst_mtu } from '../../../../stack/include/net/dst.ts';
import { flowi4 } from '../../../../stack/include/net/flow.ts';
import { fib_config, fib_result, NLM_F_CREATE, NLM_F_EXCL } from '../../../../stack/include/net/ip_fib.ts';
import type { net } from '../../../../stack/include/net/net_namespace.ts';
import {
  EEXIST,
  EHOSTUNREACH,
  ENETUNREACH,
  ESRCH,
  IS_ERR,
} from '../../../../stack/include/uapi/asm-generic/errno.ts';
import { INADDR_LOOPBACK } from '../../../../stack/include/uapi/linux/in.ts';
import {
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../../../stack/include/uapi/linux/rtnetlink.ts';
import { AF_INET } from '../../../../stack/include/uapi/linux/socket.ts';
import { boot, DEFAULT_NIC } from '../../../../stack/index.ts';
import { dev_open, register_netdevice } from '../../../../stack/net/core/dev/register.ts';
import { inet_rtm_deladdr, inet_rtm_newaddr, inet_select_addr } from '../../../../stack/net/ipv4/devinet.ts';
import {
  inet_addr_type,
  inet_rtm_delroute,
  inet_rtm_newroute,
} from '../../../../stack/net/ipv4/fib_frontend.ts';
import { fib_lookup } from '../../../../stack/net/ipv4/fib_trie.ts';
import { proc_net } from '../../../../stack/net/ipv4/proc.ts';
import { ip_route_output } from '../../../../stack/net/ipv4/route/output.ts';

function address(dotted: string): number {
  return dotted.split('.').reduce((value, byte) => (value << 8) | Number(byte), 0);
}

/** A machine with lo, and an Ethernet card eth0 that has 10.0.0.1/24. */
function machine() {
  const { init_net: net } = boot({ seed: 1, sysctl: {}, nic: DEFAULT_NIC });
  const eth0 = new net_device(net, 'eth0', {
    ndo_open: () => 0,
    ndo_stop: () => 0,
    ndo_start_xmit: () => 0,
  });
  eth0.flags = IFF_BROADCAST;
  eth0.hard_header_len = ETH_HLEN;
  register_netdevice(eth0);
  dev_open(eth0);
  assert.equal(inet_rtm_newaddr(eth0, address('10.0.0.1'), 24), 0);
  return { net, eth0 };
}

/** `ip route add DST/LEN via GW`, or dev, or unreachable. */
function add_route(
  net: net,
  dst: string,
  len: number,
  via: string | null,
  oif: number,
  priority = 0,
  type = RTN_UNICAST,
) {
  return inet_rtm_newroute(net, route(dst, len, via, oif, priority, type));
}
function route(dst: string, len: number, via: string | null, oif: number, priority: number, type: number) {
  const cfg = new fib_config();
  cfg.fc_table = RT_TABLE_MAIN;
  cfg.fc_type = type;
  cfg.fc_dst = address(dst);
  cfg.fc_dst_len = len;
  cfg.fc_oif = oif;
  cfg.fc_priority = priority;
  cfg.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
  if (via !== null) {
    cfg.fc_gw_family = AF_INET;
    cfg.fc_gw4 = address(via);
  } else if (type === RTN_UNICAST) {
    cfg.fc_scope = RT_SCOPE_LINK;
  }
  return cfg;
}

function route_to(net: net, dst: string, saddr = 0, oif = 0) {
  const rt = ip_route_output(net, address(dst), saddr, 0, oif);
  assert.ok(!IS_ERR(rt), `no route to ${dst}: ${rt}`);
  return rt;
}

describe('routes', () => {
  it('sends everything in 127/8 over lo, and delivers it here', () => {
    const { net } = machine();
    for (const dst of ['127.0.0.1', '127.1.2.3']) {
      const rt = route_to(net, dst);
      assert.equal(rt.dev, net.loopback_dev);
      assert.equal(rt.rt_type, RTN_LOCAL);
      assert.equal(rt.input.name, 'ip_local_deliver');
      assert.equal(rt.output.name, 'ip_output');
    }
    assert.equal(inet_addr_type(net, INADDR_LOOPBACK), RTN_LOCAL);
    assert.equal(inet_addr_type(net, address('127.255.255.255')), RTN_BROADCAST);
    assert.equal(ip_route_output(net, address('8.8.8.8'), 0, 0, 0), -ENETUNREACH);
  });

  it('shares the route at the next hop until the tables change', () => {
    const { net, eth0 } = machine();
    const first = route_to(net, '127.0.0.1');
    assert.equal(route_to(net, '127.0.0.1'), first);
    inet_rtm_newaddr(eth0, address('10.0.9.1'), 24);
    assert.equal(first.ops.check(first, 0), null);
    assert.notEqual(route_to(net, '127.0.0.1'), first);
  });

  it('follows an interface address with routes to itself, its network and its broadcast addresses', () => {
    const { net, eth0 } = machine();
    assert.equal(inet_addr_type(net, address('10.0.0.1')), RTN_LOCAL);
    assert.equal(inet_addr_type(net, address('10.0.0.255')), RTN_BROADCAST);
    assert.equal(inet_addr_type(net, address('10.0.0.7')), RTN_UNICAST);
    // Our own address is reached over lo, whichever interface has it.
    assert.equal(route_to(net, '10.0.0.1').dev, net.loopback_dev);
    const neighbour = route_to(net, '10.0.0.7');
    assert.equal(neighbour.dev, eth0);
    assert.equal(neighbour.rt_uses_gateway, false);
    assert.equal(dst_mtu(neighbour), 1500);
    assert.equal(dst_metric_advmss(neighbour), 1460);
    assert.match(proc_net(net, 'route')!, /^eth0\t0A000000\t00000000\t0001\t0\t0\t0\tFFFFFF00/m);

    assert.equal(inet_rtm_deladdr(eth0, address('10.0.0.1')), 0);
    assert.equal(inet_addr_type(net, address('10.0.0.1')), RTN_UNICAST);
    assert.equal(inet_addr_type(net, address('10.0.0.255')), RTN_UNICAST);
    assert.equal(ip_route_output(net, address('10.0.0.7'), 0, 0, 0), -ENETUNREACH);
  });

  it('goes through a gateway that is a neighbour, and refuses one that is not', () => {
    const { net, eth0 } = machine();
    assert.equal(add_route(net, '20.0.0.0', 8, '30.0.0.1', 0), -ENETUNREACH);
    assert.equal(add_route(net, '0.0.0.0', 0, '10.0.0.254', 0), 0);
    const rt = route_to(net, '8.8.8.8');
    assert.equal(rt.dev, eth0);
    assert.equal(rt.rt_gw4, address('10.0.0.254'));
    assert.equal(rt.rt_uses_gateway, true);
    // A gateway behind another gateway: no neighbour either.
    assert.equal(add_route(net, '20.0.0.0', 8, '30.0.0.1', 0), -ENETUNREACH);
    assert.equal(add_route(net, '20.0.0.0', 8, '10.0.0.1', 0), 0, 'one of our own addresses will do');
    assert.equal(add_route(net, '0.0.0.0', 0, '10.0.0.254', 0), -EEXIST);
  });

  it('prefers the smaller priority, and answers with the error that a route stands for', () => {
    const { net } = machine();
    add_route(net, '20.0.0.0', 8, '10.0.0.2', 0, 100);
    add_route(net, '20.0.0.0', 8, '10.0.0.3', 0, 50);
    assert.equal(route_to(net, '20.1.1.1').rt_gw4, address('10.0.0.3'));
    const unreachable = route('20.9.0.0', 16, null, 0, 0, RTN_UNREACHABLE);
    assert.equal(inet_rtm_newroute(net, unreachable), 0);
    assert.equal(ip_route_output(net, address('20.9.1.1'), 0, 0, 0), -EHOSTUNREACH);
    assert.equal(inet_rtm_delroute(net, unreachable), 0);
    assert.equal(inet_rtm_delroute(net, unreachable), -ESRCH);
  });

  it('chooses the source address of the interface that leads there', () => {
    const { net, eth0 } = machine();
    inet_rtm_newaddr(eth0, address('10.1.0.1'), 16);
    assert.equal(inet_select_addr(eth0, address('10.1.2.3'), RT_SCOPE_UNIVERSE), address('10.1.0.1'));
    assert.equal(inet_select_addr(eth0, address('10.0.0.9'), RT_SCOPE_UNIVERSE), address('10.0.0.1'));
    // 127.0.0.1 has host scope: no address for the world.
    assert.equal(inet_select_addr(net.loopback_dev!, 0, RT_SCOPE_UNIVERSE), address('10.0.0.1'));
    assert.equal(ip_route_output(net, address('10.0.0.7'), address('9.9.9.9'), 0, 0), -ENETUNREACH);
  });

  it('takes a device down with its routes', () => {
    const { net, eth0 } = machine();
    assert.notEqual(eth0.flags & IFF_UP, 0);
    add_route(net, '20.0.0.0', 8, '10.0.0.2', 0);
    for (const notifier of net.netdev_chain) notifier(2, eth0);
    assert.equal(ip_route_output(net, address('20.0.0.1'), 0, 0, 0), -ENETUNREACH);
  });

  it('finds the longest prefix of any set of routes', () => {
    const routes = fc.uniqueArray(fc.tuple(fc.integer(), fc.integer({ min: 1, max: 32 })), {
      maxLength: 30,
      selector: ([bits, len]) => `${bits & inet_make_mask(len)}/${len}`,
    });
    fc.assert(
      fc.property(
        routes,
        fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
        (prefixes, destinations) => {
          const { net } = machine();
          net.ipv4.fib_local.tb_data = [];
          net.ipv4.fib_main.tb_data = [];
          for (const [bits, len] of prefixes) {
            const cfg = route('0.0.0.0', len, null, 2, 0, RTN_UNICAST);
            cfg.fc_dst = bits & inet_make_mask(len);
            assert.equal(inet_rtm_newroute(net, cfg), 0);
          }
          for (const dst of [...destinations, ...prefixes.map(([bits]) => bits)]) {
            const fl4 = new flowi4();
            fl4.daddr = dst;
            const res = new fib_result();
            const err = fib_lookup(net, fl4, res, 0);
            const fits = prefixes.filter(([bits, len]) => ((bits ^ dst) & inet_make_mask(len)) === 0);
            if (fits.length === 0) assert.equal(err, -ENETUNREACH);
            else assert.deepEqual([err, res.prefixlen], [0, Math.max(...fits.map(([, len]) => len))]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
