/** Made-up data of pictures. */
import type {
  ListenerChange,
  ListenerData,
  QueueEntry,
  QueuesData,
  StatesData,
} from '../../../debug-adapter/protocol.ts';

function entry(name: string, port: number, state: string, age = '1 ms'): QueueEntry {
  return {
    peer: `127.0.0.1:${port}`,
    name,
    socket: `sock:${port}`,
    packetFilter: `tcp.port == ${port}`,
    age,
    state,
  };
}
let events = 100;
function change(
  kind: ListenerChange['kind'],
  text: string,
  more: Partial<ListenerChange> = {},
): ListenerChange {
  return { kind, event: events++, time: '0.003000000', text, isNew: false, ...more };
}

/** The second lesson, where client3's ACK is dropped. */
export function overflowing(change: Partial<ListenerData> = {}): QueuesData {
  return { picture: 'queues', listeners: [{ ...LISTENER, ...change }] };
}
const LISTENER: ListenerData = {
  socket: 'sock:3',
  name: 'server :8080',
  listens: true,
  packetFilter: 'tcp.port == 8080',
  backlog: 1,
  cookies: true,
  synQueue: { length: 1, room: 2, entries: [entry('client3', 40003, 'SYN-ACK again in 1 s')] },
  acceptQueue: {
    length: 2,
    room: 2,
    entries: [
      entry('client1', 40001, 'ESTABLISHED', '1.1 ms'),
      entry('client2', 40002, 'ESTABLISHED', '80 µs'),
    ],
  },
  counts: { listens: 1, queued: 3, established: 2, ackDropped: 1 },
  changes: [
    change('listens', 'server listens: 2 connections fit into each queue, one more than the backlog.'),
    change('queued', "client3's SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.", {
      peer: '127.0.0.1:40003',
    }),
    change(
      'ackDropped',
      "client3's request stays in the SYN queue: the accept queue is full (2 of 2), and its ACK is dropped.",
      { peer: '127.0.0.1:40003', isNew: true },
    ),
  ],
};

/** A handshake at the stop in which the client becomes established. */
export function handshake(): StatesData {
  const change = { event: 60, time: '0.000020000', socket: 'sock:2', name: 'client :40001→:8080' };
  return {
    picture: 'states',
    sockets: [
      { socket: 'sock:1', name: 'server :8080', state: 'LISTEN', packetFilter: 'tcp.port == 8080' },
      { socket: 'sock:2', name: 'client :40001→:8080', state: 'SYN_SENT', packetFilter: 'tcp.port == 40001' },
      {
        socket: 'sock:3',
        name: 'server :8080 ← :40001',
        state: 'NEW_SYN_RECV',
        detail: 'SYN-ACK again in 1 s',
      },
      ...Array.from({ length: 12 }, (_, index) => ({
        socket: `sock:${10 + index}`,
        name: `server :8080→:${40010 + index}`,
        state: 'TIME_WAIT',
        detail: 'TIME_WAIT, ends in 60 s',
      })),
    ],
    leftOut: 0,
    changes: [
      { ...change, from: 'CLOSE', to: 'SYN_SENT', isNew: false },
      { ...change, from: 'SYN_SENT', to: 'ESTABLISHED', isNew: true },
    ],
  };
}
