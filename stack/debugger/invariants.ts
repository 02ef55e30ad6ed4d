/**
 * Rules that hold in every run: what must be as before when all processes have ended, and how the sequence
 * numbers of a connection lie.
 */
import type { tcp_sock } from '../include/linux/tcp.ts';
import { after, before } from '../include/net/tcp.ts';
import type { sock_common } from '../include/net/sock.ts';
import type { Machine } from '../machine.ts';

/** What must be as before when all processes have ended and the network has settled. */
export function remains(machine: Machine): Record<string, number> {
  const net = machine.init_net;
  const { tcp_memory, hashinfo } = net.ipv4;
  return {
    sockets: machine.sockets.size,
    'open files': machine.files.nr_files,
    'module references': machine.kernel_module.refcnt,
    'BSD sockets': machine.nr_sockets,
    'protocol sockets in use': net.sockets_in_use,
    'TCP pages': tcp_memory.memory_allocated,
    'TCP sockets': tcp_memory.sockets_allocated,
    'TCP orphans': tcp_memory.orphan_count,
    'TCP sockets in use': tcp_memory.inuse,
    'established hash': hashinfo.ehash.reduce((sum, head) => sum + chainLength(head.chain), 0),
    'bound ports': hashinfo.bhash.reduce((sum, head) => sum + Number(head.chain !== null), 0),
    'bound addresses': hashinfo.bhash2.reduce((sum, head) => sum + Number(head.chain !== null), 0),
    'pending timers': machine.timers.level_count.reduce((sum, count) => sum + count, 0),
    'time-wait socks': net.ipv4.tcp_death_row.tw_refcount,
  };
}
function chainLength(first: sock_common | null): number {
  let count = 0;
  for (let sk = first; sk !== null; sk = sk.skc_node_next) count++;
  return count;
}

/** What has changed since remains() was asked: `sockets: 2 before, 3 after`. */
export function leftovers(machine: Machine, former: Readonly<Record<string, number>>): string[] {
  return Object.entries(remains(machine))
    .filter(([name, count]) => count !== former[name])
    .map(([name, count]) => `${name}: ${String(former[name])} before, ${count} after`);
}

/** Which of its rules a connection's sequence numbers break; null: none. */
export function broken_sequence(tp: tcp_sock): string | null {
  if (after(tp.snd_una, tp.snd_nxt)) return 'snd_una is after snd_nxt';
  if (after(tp.snd_nxt, tp.write_seq)) return 'snd_nxt is after write_seq';
  if (after(tp.copied_seq, tp.rcv_nxt)) return 'copied_seq is after rcv_nxt';
  if (before(tp.rcv_nxt, tp.rcv_wup)) return 'rcv_wup is after rcv_nxt';
  if (tp.sacked_out + tp.lost_out > tp.packets_out) return 'more is SACKed or lost than in flight';
  return null;
}
