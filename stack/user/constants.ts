/** The constants that a scenario can import, under Linux's names. */
import * as eventfd from '../include/linux/eventfd.ts';
import * as poll from '../include/linux/poll.ts';
import { CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW } from '../include/linux/sched.ts';
import * as fcntl from '../include/uapi/asm-generic/fcntl.ts';
import * as eventpoll from '../include/uapi/linux/eventpoll.ts';
import * as inet from '../include/uapi/linux/in.ts';
import * as socket from '../include/uapi/linux/socket.ts';
import * as tcp from '../include/uapi/linux/tcp.ts';
import * as sockios from '../include/uapi/linux/sockios.ts';

/** The numeric exports of a module whose names begin with one of the prefixes. */
function numbers(module: object, prefixes: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(module).filter(
      (entry): entry is [string, number] =>
        typeof entry[1] === 'number' && prefixes.some((prefix) => entry[0].startsWith(prefix)),
    ),
  );
}

export const CONSTANTS = {
  ...socket.ADDRESS_FAMILIES,
  ...numbers(socket, ['AF_', 'PF_', 'SOCK_', 'SOL_', 'MSG_', 'SHUT_', 'SOMAXCONN', 'O_']),
  ...socket.SOCKET_OPTIONS,
  ...numbers(inet, ['IPPROTO_', 'INADDR_', 'IP_PMTUDISC_']),
  ...inet.IP_OPTIONS,
  ...tcp.TCP_STATES,
  ...tcp.TCP_OPTIONS,
  ...numbers(poll, ['POLL']),
  ...numbers(eventpoll, ['EPOLL']),
  ...numbers(eventfd, ['EFD_CLOEXEC', 'EFD_NONBLOCK', 'EFD_SEMAPHORE']),
  ...numbers(fcntl, ['F_', 'FD_', 'O_']),
  ...numbers(sockios, ['SIOC', 'FIO']),
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CAP_NET_BIND_SERVICE,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
};
