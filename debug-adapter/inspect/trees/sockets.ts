/**
 * The tree "Sockets": by process and descriptor, with what watches them, followed by orphans, TIME_WAIT socks and
 * requests without a process.
 */
import { message, type Message } from '../../../language/message.ts';
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import { inet_timewait_sock } from '../../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../../stack/include/net/request_sock.ts';
import { SOCK_DEAD, sock, sock_flag, type sock_common } from '../../../stack/include/net/sock.ts';
import type { file } from '../../../stack/include/linux/fs.ts';
import type { task_struct } from '../../../stack/include/linux/sched.ts';
import type { Machine } from '../../../stack/machine.ts';
import { sock_from_file } from '../../../stack/net/socket/file.ts';
import type { Describer } from '../describe.ts';
import { EventNodes, isEventFile } from './eventNodes.ts';
import { limited, type ObjectIds, type TreeNode } from './node.ts';
import { SocketNodes } from './socketNode.ts';

export class SocketsTree {
  readonly #machine: Machine;
  readonly #nodes: SocketNodes;
  readonly #events: EventNodes;

  constructor(machine: Machine, describer: Describer, ids: ObjectIds) {
    this.#machine = machine;
    this.#nodes = new SocketNodes(describer, ids, (listener) => requestsOf(machine, listener));
    this.#events = new EventNodes(describer, ids);
  }

  roots(): TreeNode[] {
    // A process's threads share its descriptors, which are displayed once.
    const processes = [...this.#machine.tasks.values()].filter((task) => task.tgid === task.pid);
    const roots = processes.filter((task) => shownFiles(task).length > 0).map((task) => this.#process(task));
    const listed = new Set<sock_common>(processes.flatMap((task) => socketsOf(task)));
    const waiting = this.#waiting();
    const alone = [...this.#machine.sockets].filter(
      (sk) => sk.sk_socket === null && !sk.sk_kern_sock && !listed.has(sk) && !waiting.has(sk),
    );
    const orphans = alone.filter((sk) => sock_flag(sk, SOCK_DEAD));
    const unborn = alone.filter((sk) => !sock_flag(sk, SOCK_DEAD));
    // close() takes the descriptor away first; while it sends the rest, the socket still has its file.
    const closing = [...this.#machine.sockets].filter(
      (sk) => !listed.has(sk) && sk.sk_socket?.file?.f_count === 0,
    );
    const timeWait = inEhash(this.#machine, inet_timewait_sock);
    const strayed = inEhash(this.#machine, request_sock).filter(
      ({ rsk_listener: listener }) => listener === null || !listed.has(listener),
    );
    if (roots.length + alone.length + timeWait.length + strayed.length + closing.length === 0) return [];
    roots.push(
      this.#group('time-wait', message('Connections that have ended and wait out their time.'), timeWait),
    );
    roots.push(this.#group('orphans', message('Sockets that no process has open any more.'), orphans));
    if (closing.length > 0)
      roots.push(
        this.#group('being closed', message('Sockets whose last descriptor is gone, in close().'), closing),
      );
    if (strayed.length > 0)
      roots.push(this.#group('new-syn-recv', message('Requests whose listener no process shows.'), strayed));
    if (unborn.length > 0)
      roots.push(
        this.#group(
          'being made',
          message('Sockets for new connections, before they are in an accept queue.'),
          unborn,
        ),
      );
    return roots;
  }

  #process(task: task_struct): TreeNode {
    return {
      key: `task:${task.pid}`,
      label: task.comm,
      description: `pid ${task.pid}`,
      icon: 'server-process',
      expanded: true,
      children: () => limited(this.#descriptors(task)),
    };
  }
  #descriptors(task: task_struct): TreeNode[] {
    const alone = socketsOf(task).length === 1;
    return shownFiles(task).flatMap(([fd, opened]): TreeNode[] => {
      const sk = sock_from_file(opened)?.sk ?? null;
      if (sk !== null) return [this.#nodes.node(sk, `fd ${fd}`, alone)];
      return isEventFile(opened) ? [this.#events.node(opened, fd)] : [];
    });
  }
  #group(key: string, tooltip: Message, sockets: readonly sock_common[]): TreeNode {
    return {
      key,
      label: key,
      description: sockets.length === 0 ? 'none' : String(sockets.length),
      tooltip,
      icon: 'history',
      children: sockets.length === 0 ? undefined : () => limited(sockets.map((sk) => this.#nodes.node(sk))),
    };
  }

  /** The children of requests that wait for accept(): they belong to a listener and not to a process. */
  #waiting(): Set<sock> {
    const waiting = new Set<sock>();
    for (const listener of this.#machine.sockets) {
      if (!(listener instanceof inet_connection_sock)) continue;
      let req = listener.icsk_accept_queue?.rskq_accept_head ?? null;
      for (; req !== null; req = req.dl_next) if (req.sk !== null) waiting.add(req.sk);
    }
    return waiting;
  }
}

/** All entries of a machine's hash table of connections with the given struct. */
export function inEhash<T extends sock_common>(
  machine: Machine,
  struct: abstract new (...args: never[]) => T,
): T[] {
  const found: T[] = [];
  for (const { chain } of machine.init_net.ipv4.hashinfo.ehash) {
    for (let sk = chain; sk !== null; sk = sk.skc_node_next) if (sk instanceof struct) found.push(sk);
  }
  return found;
}
/** The requests in a listener's SYN queue. */
export function requestsOf(machine: Machine, listener: sock): request_sock[] {
  return inEhash(machine, request_sock).filter((req) => req.rsk_listener === listener);
}

/** A task's descriptors that refer to sockets, epoll or eventfd. */
function shownFiles(task: task_struct): [number, file][] {
  return task.files.fd.flatMap((opened, fd): [number, file][] => {
    if (opened === null) return [];
    return (sock_from_file(opened)?.sk ?? null) !== null || isEventFile(opened) ? [[fd, opened]] : [];
  });
}
/** The sockets that a task's descriptors refer to. */
export function socketsOf(task: task_struct): sock[] {
  return task.files.fd.flatMap((opened) => (opened === null ? [] : (sock_from_file(opened)?.sk ?? [])));
}
