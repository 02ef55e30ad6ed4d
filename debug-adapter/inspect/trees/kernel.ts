/** The tree "Kernel": timers, routes, neighbours, hash tables, settings, counters. */
import { UserError } from '../../../language/userError.ts';
import type { hrtimer, timer_list } from '../../../stack/include/linux/timer.ts';
import type { fib_table } from '../../../stack/include/net/ip_fib.ts';
import { request_sock } from '../../../stack/include/net/request_sock.ts';
import { sock_common } from '../../../stack/include/net/sock.ts';
import {
  ICMP_MIB_NAMES,
  IPSTATS_MIB_NAMES,
  LINUX_MIB_NAMES,
  TCP_MIB_NAMES,
  UDP_MIB_NAMES,
} from '../../../stack/include/uapi/linux/snmp.ts';
import { sysctl_set, sysctl_takes } from '../../../stack/kernel/sysctl.ts';
import { NSEC_PER_JIFFY } from '../../../stack/kernel/time/jiffies.ts';
import type { Machine } from '../../../stack/machine.ts';
import type { Describer } from '../describe.ts';
import { ipv4, plural } from '../format.ts';
import { isInBackground, neighbourState, presentNeighbour, timeLeft } from '../presenters/device.ts';
import { presentSock, stateOf } from '../presenters/sock.ts';
import { itemNode, limited, ObjectIds, type TreeNode } from './node.ts';
import { roughly, shortEndpoints, shortIncoming } from '../short.ts';

export class KernelTree {
  readonly #machine: Machine;
  readonly #describer: Describer;
  readonly #ids = new ObjectIds();

  constructor(machine: Machine, describer: Describer) {
    this.#machine = machine;
    this.#describer = describer;
  }

  roots(): TreeNode[] {
    return [
      this.#timers(),
      this.#routes(),
      this.#neighbours(),
      ...this.#hashTables(),
      this.#sysctls(),
      this.#counters(),
      this.#log(),
    ];
  }

  #group(key: string, icon: string, count: number, what: string, children: () => TreeNode[]): TreeNode {
    return {
      key,
      label: key,
      description: plural(count, what),
      icon,
      children: count === 0 ? undefined : () => limited(children()),
    };
  }

  #timers(): TreeNode {
    const wheel: timer_list[] = [];
    for (const first of this.#machine.timers.vectors)
      for (let timer = first; timer !== null; timer = timer.next) wheel.push(timer);
    const high = this.#machine.hrtimers.values();
    const all: { timer: timer_list | hrtimer; at: number }[] = [
      ...wheel.map((timer) => ({ timer, at: timer.expires * NSEC_PER_JIFFY })),
      ...high.map((timer) => ({ timer, at: timer.expires })),
    ];
    const isLast = ({ timer }: { timer: timer_list | hrtimer }): number =>
      isInBackground(this.#machine, timer) ? 1 : 0;
    all.sort((a, b) => isLast(a) - isLast(b) || a.at - b.at);
    return this.#group('timers', 'watch', all.length, 'timer', () =>
      all.map(({ timer }) => ({
        key: `timer:${this.#ids.of(timer)}`,
        label: timer.function.name || 'timer',
        description: `${timeLeft(timer, this.#machine.now_ns, roughly)} · ${ownerText(timer.owner, this.#describer)}${isLast({ timer }) ? ' · in the background' : ''}`,
        // The passing of time is not a change.
        compared: '',
        tooltip: `${timer.function.name} ${timeLeft(timer, this.#machine.now_ns)}\n${this.#describer.text(timer.owner)}`,
        icon: 'watch',
        children: () => this.#describer.node(timer)!.items(0, 100).map(itemNode),
      })),
    );
  }

  #routes(): TreeNode {
    const { fib_local, fib_main } = this.#machine.init_net.ipv4;
    const nodes = [...this.#table('local', fib_local), ...this.#table('main', fib_main)];
    return this.#group('routes', 'milestone', nodes.length, 'route', () => nodes);
  }
  #table(name: string, table: fib_table | null | undefined): TreeNode[] {
    return (table?.tb_data ?? []).flatMap(({ length, leaves }) =>
      [...leaves].flatMap(([prefix, aliases]) =>
        aliases.map((alias): TreeNode => {
          const nexthop = alias.fa_info.fib_nh[0];
          const gateway = nexthop === undefined || nexthop.nhc_gw === 0 ? '' : ` via ${ipv4(nexthop.nhc_gw)}`;
          const source = alias.fa_info.fib_prefsrc === 0 ? '' : ` src ${ipv4(alias.fa_info.fib_prefsrc)}`;
          return {
            key: `route:${this.#ids.of(alias)}`,
            label: `${ipv4(prefix)}/${length}`,
            description: `table ${name}${gateway} dev ${nexthop?.nhc_dev?.name ?? 'none'}${source}`,
            icon: 'milestone',
            children: () => this.#describer.node(alias)!.items(0, 100).map(itemNode),
          };
        }),
      ),
    );
  }

  #neighbours(): TreeNode {
    const all = [...this.#machine.init_net.dev_base.values()].flatMap((dev) => [...dev.neighbours.values()]);
    return this.#group('neighbours', 'person', all.length, 'neighbour', () =>
      all.map((neigh) => ({
        key: `neigh:${this.#ids.of(neigh)}`,
        label: ipv4(neigh.primary_key),
        description: neighbourState(neigh),
        tooltip: presentNeighbour.summary(neigh, this.#describer),
        icon: 'person',
        children: () => this.#describer.node(neigh)!.items(0, 100).map(itemNode),
      })),
    );
  }

  #hashTables(): TreeNode[] {
    const { hashinfo } = this.#machine.init_net.ipv4;
    const chained = (heads: (sock_common | null)[]) => {
      const found: { sk: sock_common; bucket: number }[] = [];
      heads.forEach((head, bucket) => {
        for (let sk = head; sk !== null; sk = sk.skc_node_next) found.push({ sk, bucket });
      });
      return found;
    };
    const sockets = (key: string, entries: { sk: sock_common; bucket: number }[]) =>
      this.#group(key, 'table', entries.length, 'socket', () =>
        entries.map(({ sk, bucket }) => ({
          key: `sock:${this.#ids.of(sk)}`,
          label: `[${bucket}]`,
          description: shortSocket(sk),
          tooltip: presentSock.summary(sk, this.#describer),
          context: ['socket'],
          sock: sk,
          children: () => this.#describer.layers(sk).map(itemNode),
        })),
      );
    const bound = hashinfo.bhash.flatMap(({ chain }, bucket) => {
      const buckets = [];
      for (let tb = chain; tb !== null; tb = tb.node_next) buckets.push({ tb, bucket });
      return buckets;
    });
    return [
      sockets('ehash (established)', chained(hashinfo.ehash.map(({ chain }) => chain))),
      sockets('lhash2 (listening)', chained(hashinfo.lhash2.map(({ nulls_head }) => nulls_head))),
      this.#group('bhash (bound ports)', 'table', bound.length, 'port', () =>
        bound.map(({ tb, bucket }) => ({
          key: `port:${tb.port}`,
          label: `port ${tb.port}`,
          description: `bucket ${bucket}`,
          children: () => this.#describer.node(tb)!.items(0, 100).map(itemNode),
        })),
      ),
    ];
  }

  /** Grouped as under /proc/sys: the full names are too long for the side bar. */
  #sysctls(): TreeNode {
    const names = [...this.#machine.init_net.sysctls.keys()];
    const folderOf = (name: string) => name.slice(0, name.lastIndexOf('.'));
    const folders = [...new Set(names.map(folderOf))];
    return this.#group('sysctls', 'settings-gear', names.length, 'setting', () =>
      folders.map((folder) => {
        const inside = names.filter((name) => folderOf(name) === folder);
        return this.#group(folder, 'folder', inside.length, 'setting', () =>
          inside.map((name) => this.#sysctl(name, name.slice(folder.length + 1))),
        );
      }),
    );
  }
  #sysctl(name: string, label: string): TreeNode {
    const { init_net: net } = this.#machine;
    const value = net.sysctls.get(name)!.get();
    return {
      key: label,
      label,
      name,
      description: value,
      tooltip: `${name} = ${value}`,
      context: ['settable', 'copyable'],
      value,
      set: (text: string) => {
        if (sysctl_set(net, name, text) !== 0)
          throw new UserError('{0} does not take "{1}": {2}', name, text, sysctl_takes(net, name));
        const { world } = this.#machine;
        world.inputs.note({
          kind: 'sysctl',
          machine: world.machines.indexOf(this.#machine),
          name,
          value: text,
        });
      },
    };
  }

  #counters(): TreeNode {
    const { mib } = this.#machine.init_net;
    const groups: [string, readonly string[], number[]][] = [
      ['Ip', IPSTATS_MIB_NAMES, mib.ip_statistics],
      ['Icmp', ICMP_MIB_NAMES, mib.icmp_statistics],
      ['Tcp', TCP_MIB_NAMES, mib.tcp_statistics],
      ['Udp', UDP_MIB_NAMES, mib.udp_statistics],
      ['TcpExt', LINUX_MIB_NAMES, mib.net_statistics],
    ];
    return {
      key: 'counters',
      label: 'SNMP counters',
      icon: 'graph',
      children: () =>
        groups.map(([name, names, values]) => {
          // A counter that is 0 is hidden; it appears when it is first incremented.
          const counted = names.flatMap((counter, index) =>
            values[index] ? [{ counter, value: values[index] }] : [],
          );
          return {
            key: name,
            label: name,
            description: counted.length === 0 ? 'nothing counted' : plural(counted.length, 'counter'),
            children: () =>
              counted.map(({ counter, value }) => ({
                key: counter,
                label: counter,
                description: String(value),
                context: ['copyable' as const],
                value: String(value),
              })),
          };
        }),
    };
  }

  #log(): TreeNode {
    const { lines } = this.#machine.log;
    return this.#group('kernel log', 'output', lines.length, 'line', () =>
      lines.slice(-500).map((line, index) => ({ key: `line:${index}`, label: line })),
    );
  }
}

/** `:40312→:8080 ESTABLISHED` */
function shortSocket(sk: sock_common): string {
  const ends = sk instanceof request_sock ? shortIncoming(sk) : shortEndpoints(sk);
  return `${ends} ${stateOf(sk)}`;
}
function ownerText(owner: unknown, describer: Describer): string {
  return owner instanceof sock_common ? shortSocket(owner) : describer.text(owner);
}
