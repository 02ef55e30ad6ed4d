/**
 * Which processes that nothing is left to wake may sleep: servers wait for clients, and none comes any more; a client
 * that keeps its connections open has got all that it has asked for.
 */
import type { eventpoll } from '../include/linux/eventpoll.ts';
import type { file } from '../include/linux/fs.ts';
import type { task_struct } from '../include/linux/sched.ts';
import { SOCK_BINDPORT_LOCK, type sock } from '../include/net/sock.ts';
import { IPPROTO_UDP } from '../include/uapi/linux/in.ts';
import { TCP_ESTABLISHED, TCP_LISTEN } from '../include/uapi/linux/tcp.ts';
import { ep_items, is_file_epoll } from '../fs/eventpoll/items.ts';
import { sock_from_file } from '../net/socket/file.ts';

/** System calls that may sleep, and whose first argument is the descriptor on which they do. */
const CALLS_ON_A_FILE = [
  'accept',
  'accept4',
  'connect',
  'read',
  'recv',
  'recvfrom',
  'send',
  'sendto',
  'write',
  'epoll_wait',
];

/** How the threads of a process that nothing is left to wake are judged. */
export interface Waits {
  /** Those by which it is a server; empty: it is none. */
  serving: readonly task_struct[];
  /** Those by which it is an idle client; empty: it is none. */
  idle: readonly task_struct[];
  /** Those that hang, if it is neither. */
  hanging: readonly task_struct[];
}

/**
 * Whether a process is a server or an idle client. It is a server if a thread waits for clients in accept() on a
 * listener, in recv() on an unconnected UDP socket with a port of its own choice, or in poll() or epoll_wait() on such a
 * socket, whatever else is watched. It is none if another thread sleeps on a connection that the process has opened
 * itself, or on a socket without a port of its own choice: that one waits for an answer. A connection that a client has
 * opened may be idle.
 *
 * It is an idle client if its event loop waits for nothing but such sockets, each is connected and has brought
 * something since anything was sent on it, and its top-level code has run to its end. A scenario has no such loop: its
 * function waits for something.
 *
 * @param threads all of one process
 * @param args_of the arguments of the system call in which a thread is
 * @param is_answered something was read from a socket after all that was written to it
 */
export function judge_waits(
  threads: readonly task_struct[],
  args_of: (thread: task_struct) => readonly unknown[],
  is_answered: (sk: sock) => boolean,
): Waits {
  const waits = threads.map((thread) => ({ thread, socks: awaited_socks(thread, args_of(thread)) }));
  const threads_of = (list: typeof waits): task_struct[] => list.map(({ thread }) => thread);
  const asking = waits.filter(({ thread, socks }) => {
    const ports = listening_ports(thread);
    return socks.length > 0 && !socks.some((sk) => takes_clients(sk) || ports.has(sk.skc_num));
  });
  if (asking.length === 0)
    return {
      serving: threads_of(waits.filter(({ socks }) => socks.some(takes_clients))),
      idle: [],
      hanging: threads,
    };
  const is_idle = asking.every(
    ({ thread, socks }) =>
      thread.signal.runtime?.is_loaded === true &&
      socks.every((sk) => (sk.skc_state === TCP_ESTABLISHED || is_udp(sk)) && is_answered(sk)),
  );
  return { serving: [], idle: is_idle ? threads_of(asking) : [], hanging: threads_of(asking) };
}

function takes_clients(sk: sock): boolean {
  if (sk.skc_state === TCP_LISTEN) return true;
  // connect() sets the state of a UDP socket, too. A client's port is chosen by the kernel.
  return is_udp(sk) && sk.skc_state !== TCP_ESTABLISHED && (sk.sk_userlocks & SOCK_BINDPORT_LOCK) !== 0;
}

function is_udp({ sk_protocol }: sock): boolean {
  return sk_protocol === IPPROTO_UDP;
}

/** The sockets for which a thread sleeps in its system call. */
function awaited_socks({ syscall, files }: task_struct, args: readonly unknown[]): sock[] {
  const file_of = (fd: unknown): (file | null | undefined)[] => [files.fd[fd as number]];
  if (syscall === 'poll') return socks_of((args[0] as { fd: number }[]).flatMap(({ fd }) => file_of(fd)));
  if (!CALLS_ON_A_FILE.includes(syscall)) return [];
  const [opened] = file_of(args[0]);
  if (opened === undefined || opened === null) return [];
  if (!is_file_epoll(opened)) return socks_of([opened]);
  return socks_of(ep_items(opened.private_data as eventpoll).map(({ ffd }) => ffd.file));
}
function listening_ports({ files }: task_struct): Set<number> {
  const socks = socks_of(files.fd);
  return new Set(socks.filter(({ skc_state }) => skc_state === TCP_LISTEN).map(({ skc_num }) => skc_num));
}
function socks_of(files: readonly (file | null | undefined)[]): sock[] {
  return files.flatMap((opened) => {
    const sk = opened ? sock_from_file(opened)?.sk : null;
    return sk ? [sk] : [];
  });
}
