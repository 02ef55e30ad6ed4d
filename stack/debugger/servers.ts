/** Which processes that nothing is left to wake are servers: they wait for clients, and none comes any more. */
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
  /** Those that hang, unless it is a server. */
  hanging: readonly task_struct[];
}

/**
 * Whether a process is a server: a thread waits for clients in accept() on a listener, in recv() on an unconnected UDP
 * socket with a port of its own choice, or in poll() or epoll_wait() on such a socket, whatever else is watched. It is
 * none if another thread sleeps on a connection that the process has opened itself, or on a socket without a port of
 * its own choice: that one waits for an answer. A connection that a client has opened may be idle.
 *
 * @param threads all of one process
 * @param args_of the arguments of the system call in which a thread is
 */
export function judge_waits(
  threads: readonly task_struct[],
  args_of: (thread: task_struct) => readonly unknown[],
): Waits {
  const waits = threads.map((thread) => ({ thread, socks: awaited_socks(thread, args_of(thread)) }));
  const threads_of = (list: typeof waits): task_struct[] => list.map(({ thread }) => thread);
  const asking = waits.filter(({ thread, socks }) => {
    const ports = listening_ports(thread);
    return socks.length > 0 && !socks.some((sk) => takes_clients(sk) || ports.has(sk.skc_num));
  });
  if (asking.length > 0) return { serving: [], hanging: threads_of(asking) };
  return { serving: threads_of(waits.filter(({ socks }) => socks.some(takes_clients))), hanging: threads };
}

function takes_clients(sk: sock): boolean {
  if (sk.skc_state === TCP_LISTEN) return true;
  // connect() sets the state of a UDP socket, too. A client's port is chosen by the kernel.
  return (
    sk.sk_protocol === IPPROTO_UDP &&
    sk.skc_state !== TCP_ESTABLISHED &&
    (sk.sk_userlocks & SOCK_BINDPORT_LOCK) !== 0
  );
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
