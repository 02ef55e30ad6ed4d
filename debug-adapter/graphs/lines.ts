/** The lines of each graph: which value of a sample each shows. */
import { message, type Message } from '../../language/message.ts';
import { TCP_INFINITE_SSTHRESH } from '../../stack/include/net/tcp.ts';
import { NIC_FIELDS, SOCKET_FIELDS, type NicField, type SocketField } from '../recording/sampleLayout.ts';
import type { GraphId, GraphsResponse } from './data.ts';
import type { NicSample, SocketSample } from './sample.ts';

/** A socket's sample with its sequence numbers relative to the connection's first ones. */
export class SocketPoint {
  readonly #sample: SocketSample;
  readonly #sends: number;
  readonly #receives: number;

  /** @param sends the first sequence number of what it sends; `receives`: of what it receives */
  constructor(sample: SocketSample, sends: number, receives: number) {
    this.#sample = sample;
    this.#sends = sends;
    this.#receives = receives;
  }
  of(field: SocketField): number {
    return this.#sample.values[SOCKET_FIELDS.indexOf(field)]!;
  }
  /** A number of what this end sends. */
  sent(field: SocketField): number {
    return (this.of(field) - this.#sends) | 0;
  }
  /** A number of what this end receives; null: nothing has come yet. */
  received(field: SocketField): number | null {
    return this.of('rcv_nxt') === 0 ? null : (this.of(field) - this.#receives) | 0;
  }
}

export interface LineSource<Point> {
  id: string;
  label: Message;
  about: Message;
  value(point: Point): number | null;
}
type Unit = GraphsResponse['unit'];

/** Graphs whose lines are values of a socket. */
export const SOCKET_GRAPHS: Readonly<
  Record<Exclude<GraphId, 'throughput' | 'rings'>, { unit: Unit; lines: readonly LineSource<SocketPoint>[] }>
> = {
  stevens: { unit: 'bytes', lines: [] },
  tcptrace: {
    unit: 'bytes',
    lines: [
      {
        id: 'snd_una',
        label: message('acknowledged'),
        about: message('The peer has acknowledged everything before this number (snd_una).'),
        value: (point) => point.sent('snd_una'),
      },
      {
        id: 'window',
        label: message('end of the window'),
        about: message("How far the peer's window lets it send (snd_una + snd_wnd)."),
        value: (point) => (point.of('snd_wnd') === 0 ? null : point.sent('snd_una') + point.of('snd_wnd')),
      },
    ],
  },
  congestion: {
    unit: 'segments',
    lines: [
      {
        id: 'snd_cwnd',
        label: message('cwnd'),
        about: message('The congestion window: how many segments may be under way (snd_cwnd).'),
        value: (point) => point.of('snd_cwnd'),
      },
      {
        id: 'snd_ssthresh',
        label: message('ssthresh'),
        about: message('The slow-start threshold (snd_ssthresh); without a line as long as it is infinite.'),
        value: (point) => finite(point.of('snd_ssthresh')),
      },
      {
        id: 'inFlight',
        label: message('in flight'),
        about: message(
          'Segments under way: sent, neither acknowledged nor held for lost (tcp_packets_in_flight).',
        ),
        value: (point) => point.of('inFlight'),
      },
    ],
  },
  rtt: {
    unit: 'ms',
    lines: [
      {
        id: 'srtt',
        label: message('smoothed RTT'),
        about: message('The smoothed round-trip time (srtt_us).'),
        value: (point) => measured(point, 'srtt'),
      },
      {
        id: 'rttvar',
        label: message('RTT variation'),
        about: message('How far measurements are from it, in the mean (mdev_us).'),
        value: (point) => measured(point, 'rttvar'),
      },
      {
        id: 'rto',
        label: message('RTO'),
        about: message('How long it waits for an acknowledgement before it sends again (icsk_rto).'),
        value: (point) => point.of('rto'),
      },
    ],
  },
  windows: {
    unit: 'bytes',
    lines: [
      {
        id: 'snd_wnd',
        label: message("peer's window"),
        about: message('How much the peer is ready to take (snd_wnd).'),
        value: (point) => point.of('snd_wnd'),
      },
      {
        id: 'unacknowledged',
        label: message('unacknowledged'),
        about: message('Sent and not acknowledged (snd_nxt − snd_una).'),
        value: (point) => (point.of('snd_nxt') - point.of('snd_una')) | 0,
      },
      {
        id: 'rcv_wnd',
        label: message('own window'),
        about: message('How much more it has told the peer it will take (tcp_receive_window).'),
        value: (point) => point.of('rcv_wnd'),
      },
    ],
  },
  queues: {
    unit: 'bytes',
    lines: [
      {
        id: 'unsent',
        label: message('not sent'),
        about: message('In the write queue, never sent (write_seq − snd_nxt).'),
        // A SYN or FIN is counted, and is in no queue.
        value: (point) => Math.max(0, (point.of('write_seq') - point.of('snd_nxt')) | 0),
      },
      {
        id: 'unacknowledged',
        label: message('unacknowledged'),
        about: message('In the retransmit queue: sent and not acknowledged (snd_nxt − snd_una).'),
        value: (point) => (point.of('snd_nxt') - point.of('snd_una')) | 0,
      },
      {
        id: 'unread',
        label: message('not read'),
        about: message(
          'In the receive queue: arrived in order, and not read by the program (rcv_nxt − copied_seq).',
        ),
        value: (point) => Math.max(0, (point.of('rcv_nxt') - point.of('copied_seq')) | 0),
      },
      {
        id: 'backlog',
        label: message('backlog'),
        about: message(
          'Waits until the program that holds the socket lets it go, with its overhead (sk_backlog.len).',
        ),
        value: (point) => point.of('backlog'),
      },
    ],
  },
};

function finite(threshold: number): number | null {
  return threshold >= TCP_INFINITE_SSTHRESH ? null : threshold;
}
function measured(point: SocketPoint, field: SocketField): number | null {
  return point.of('srtt') === 0 ? null : point.of(field) / 1000;
}

/** The lines of a NIC. */
export function nicLines(nic: string): LineSource<NicSample>[] {
  const of = (field: NicField) => (sample: NicSample) => sample.values[NIC_FIELDS.indexOf(field)]!;
  return [
    {
      id: `${nic} tx`,
      label: message('{0} TX ring', nic),
      about: message(
        'Descriptors between next_to_clean and next_to_use: to be sent, or sent and not cleaned up.',
      ),
      value: of('tx'),
    },
    {
      id: `${nic} rx`,
      label: message('{0} RX ring', nic),
      about: message('Descriptors with a frame that the driver has not taken.'),
      value: of('rx'),
    },
    {
      id: `${nic} qdisc`,
      label: message('{0} qdisc', nic),
      about: message('Packets that wait in the queueing discipline.'),
      value: of('qdisc'),
    },
  ];
}
