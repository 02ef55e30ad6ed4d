/**
 * The kinds of events at which the machine can stop: labels and descriptions. Data only, usable by every
 * part.
 */
import type { StopKind } from '../protocol.ts';

/** In the order in which they are listed. */
export const STOP_KINDS = {
  transition: {
    label: 'TCP state transition',
    description: 'Stop when a TCP socket changes its state.',
    placeholder: 'SYN_RECV -> ESTABLISHED, or -> CLOSE_WAIT && port == 8080',
    isListed: true,
  },
  packetReceived: {
    label: 'Packet received',
    description: 'Stop when the network card hands a packet to the stack.',
    placeholder: 'syn && ack',
    isListed: true,
  },
  retransmission: {
    label: 'Retransmission',
    description: 'Stop when TCP sends something again.',
    placeholder: 'port == 8080, or synack',
    isListed: true,
  },
  queueOverflow: {
    label: 'Queue overflow',
    description: "Stop when a listener's SYN queue or accept queue, or a socket's receive buffer, is full.",
    placeholder: 'accept, or syn && port == 8080',
    isListed: true,
  },
  syscallEnter: {
    label: 'Syscall enter',
    description: 'Stop when a process enters the kernel.',
    placeholder: 'connect, or name == send && process == client',
    isListed: false,
  },
  syscallExit: {
    label: 'Syscall exit',
    description: 'Stop when a system call returns to its process.',
    placeholder: 'failed, or name == connect && error == ECONNREFUSED',
    isListed: false,
  },
  packetSent: {
    label: 'Packet sent',
    description: 'Stop when a packet is handed to the network card.',
    placeholder: 'syn && dport == 8080',
    isListed: false,
  },
  packetDropped: {
    label: 'Packet dropped',
    description: 'Stop when the stack drops a packet.',
    placeholder: 'reason == NO_SOCKET, or dport == 8080',
    isListed: false,
  },
} as const satisfies Record<string, StopKind>;

export type StopKindId = keyof typeof STOP_KINDS;
