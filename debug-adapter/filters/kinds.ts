/**
 * The kinds of events at which the machine can stop: labels and descriptions. Data only, usable by every
 * part.
 */
import { message } from '../../language/message.ts';
import type { StopKind } from '../protocol.ts';

/** In the order in which they are listed. */
export const STOP_KINDS = {
  transition: {
    label: message('TCP state transition'),
    description: message('Stop when a TCP socket changes its state.'),
    placeholder: message('SYN_RECV -> ESTABLISHED, or -> CLOSE_WAIT && port == 8080'),
    isListed: true,
  },
  packetReceived: {
    label: message('Packet received'),
    description: message('Stop when the network card hands a packet to the stack.'),
    placeholder: message('syn && ack'),
    isListed: true,
  },
  retransmission: {
    label: message('Retransmission'),
    description: message('Stop when TCP sends something again.'),
    placeholder: message('port == 8080, or synack'),
    isListed: true,
  },
  queueOverflow: {
    label: message('Queue overflow'),
    description: message(
      "Stop when a listener's SYN queue or accept queue, or a socket's receive buffer, is full.",
    ),
    placeholder: message('accept, or syn && port == 8080'),
    isListed: true,
  },
  syscallEnter: {
    label: message('Syscall enter'),
    description: message('Stop when a process enters the kernel.'),
    placeholder: message('connect, or name == send && process == client'),
    isListed: false,
  },
  syscallExit: {
    label: message('Syscall exit'),
    description: message('Stop when a system call returns to its process.'),
    placeholder: message('failed, or name == connect && error == ECONNREFUSED'),
    isListed: false,
  },
  packetSent: {
    label: message('Packet sent'),
    description: message('Stop when a packet is handed to the network card.'),
    placeholder: message('syn && dport == 8080'),
    isListed: false,
  },
  packetDropped: {
    label: message('Packet dropped'),
    description: message('Stop when the stack drops a packet.'),
    placeholder: message('reason == NO_SOCKET, or dport == 8080'),
    isListed: false,
  },
} as const satisfies Record<string, StopKind>;

export type StopKindId = keyof typeof STOP_KINDS;
