/** The sequence of a small handshake, as the adapter tells it. */
import type { Moment, SequencePacket, SequenceResponse } from '../../../debug-adapter/protocol.ts';

const CLIENT = 'process 101';
const SERVER = 'process 100';

export const at = (event: number, microseconds: number): Moment => ({ event, timeNs: microseconds * 1000 });

function packet(
  number: number,
  label: string,
  numbers: string,
  sent: Moment,
  arrived: Moment | undefined,
  isBack = false,
): SequencePacket {
  return {
    number,
    from: isBack ? SERVER : CLIENT,
    to: isBack ? CLIENT : SERVER,
    protocol: 'TCP',
    label,
    numbers,
    payload: 0,
    sent,
    ...(arrived === undefined
      ? {}
      : { stored: at(arrived.event - 1, arrived.timeNs / 1000), arrived, receiver: 'localhost lo' }),
    fate: arrived === undefined ? 'lost' : 'delivered',
    sender: 'localhost lo',
  };
}

/** @param lost the first SYN is lost, and sent again after a second */
export function handshake({ lost = false } = {}): SequenceResponse {
  const delay = lost ? 1_000_000 : 0;
  const socket = '127.0.0.1:40000 → 127.0.0.1:8080';
  const listener = '127.0.0.1:8080';
  const again = { ...packet(2, 'SYN', 'Seq=0', at(21, delay), at(31, delay + 10)), isRepeated: true };
  const first = packet(1, 'SYN', 'Seq=0', at(12, 0), lost ? undefined : at(31, 10));
  return {
    last: at(60, delay + 30),
    leftOut: 0,
    connections: [{ id: 'TCP a b', label: 'TCP 127.0.0.1:40000 → 127.0.0.1:8080', packets: lost ? 4 : 3 }],
    lifelines: [
      {
        id: CLIENT,
        kind: 'process',
        name: 'client',
        pid: 101,
        host: 'localhost',
        addresses: ['127.0.0.1:40000'],
      },
      { id: SERVER, kind: 'process', name: 'server', pid: 100, host: 'localhost', addresses: [listener] },
    ],
    calls: [
      {
        lifeline: SERVER,
        pid: 100,
        name: 'listen',
        arguments: '3, 2',
        result: '0',
        from: at(1, 0),
        to: at(3, 0),
        sleeps: [],
      },
      {
        lifeline: SERVER,
        pid: 100,
        name: 'accept',
        arguments: '3',
        from: at(4, 0),
        to: at(60, delay + 30),
        result: '4',
        sleeps: [{ from: at(5, 0), to: at(57, delay + 30) }],
      },
      {
        lifeline: CLIENT,
        pid: 101,
        name: 'connect',
        arguments: '3, 127.0.0.1:8080',
        result: '0',
        from: at(10, 0),
        to: at(49, delay + 20),
        sleeps: [{ from: at(13, 0), to: at(44, delay + 20) }],
      },
    ],
    packets: [
      first,
      ...(lost ? [again] : []),
      packet(3, 'SYN-ACK', 'Seq=0 Ack=1', at(32, delay + 10), at(42, delay + 20), true),
      packet(4, 'ACK', 'Seq=1 Ack=1', at(46, delay + 20), at(52, delay + 30)),
    ],
    states: [
      { lifeline: SERVER, at: at(2, 0), from: 'CLOSE', to: 'LISTEN', socket: listener },
      { lifeline: CLIENT, at: at(11, 0), from: 'CLOSE', to: 'SYN_SENT', socket },
      { lifeline: CLIENT, at: at(43, delay + 20), from: 'SYN_SENT', to: 'ESTABLISHED', socket },
      { lifeline: SERVER, at: at(53, delay + 30), from: 'LISTEN', to: 'SYN_RECV', socket: listener },
      { lifeline: SERVER, at: at(54, delay + 30), from: 'SYN_RECV', to: 'ESTABLISHED', socket: listener },
    ],
    queues: [
      { lifeline: SERVER, at: at(34, delay + 10), socket: listener, syn: 1, accept: 0, backlog: 2 },
      { lifeline: SERVER, at: at(55, delay + 30), socket: listener, syn: 0, accept: 1, backlog: 2 },
    ],
  };
}
