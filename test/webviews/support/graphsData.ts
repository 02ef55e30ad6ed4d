/** A graph of a transfer that loses a segment, as the adapter tells it. */
import type { GraphId, GraphsData, GraphSegment, Moment } from '../../../debug-adapter/protocol.ts';

const MSS = 1448;
const WINDOW = 65_160;
const SEGMENTS = 60;
const LOST = 24;
const at = (index: number): Moment => ({ event: 40 + index * 11, timeNs: 40_000_000 + index * 1_200_000 });

/** Sequence numbers over time, or the congestion window, or the rings. */
export function transfer(graph: GraphId = 'tcptrace'): GraphsData {
  const moments = Array.from({ length: SEGMENTS }, (_, index) => at(index));
  const isTimeSequence = graph === 'stevens' || graph === 'tcptrace';
  return {
    picture: 'graphs',
    graph,
    connections: [
      {
        id: 'TCP a b',
        label: 'TCP 127.0.0.1:40000 → 127.0.0.1:8080',
        packets: 93,
        ends: [
          { side: 'asks', label: 'client 127.0.0.1:40000' },
          { side: 'answers', label: 'server 127.0.0.1:8080' },
        ],
      },
    ],
    connection: 'TCP a b',
    side: 'asks',
    moments: graph === 'stevens' ? sent().map((segment) => segment.at) : moments,
    ...linesOf(graph),
    segments: isTimeSequence ? [...sent(), ...(graph === 'tcptrace' ? reported() : [])].sort(byEvent) : [],
    leftOut: 0,
    last: { event: 900, timeNs: 120_000_000 },
    stop: at(50),
  };
}

function linesOf(graph: GraphId): Pick<GraphsData, 'unit' | 'lines'> {
  const every = (value: (index: number) => number | null) =>
    Array.from({ length: SEGMENTS }, (_, i) => value(i));
  const line = (id: string, label: string, value: (index: number) => number | null) => ({
    id,
    label,
    about: `${label}.`,
    values: every(value),
  });
  const acknowledged = (index: number) => 1 + MSS * (index < LOST + 8 ? Math.min(index, LOST) : index - 4);
  if (graph === 'stevens') return { unit: 'bytes', lines: [] };
  if (graph === 'tcptrace')
    return {
      unit: 'bytes',
      lines: [
        line('snd_una', 'acknowledged', acknowledged),
        line('window', 'end of the window', (index) => acknowledged(index) + WINDOW),
      ],
    };
  const loss = (index: number) => index >= LOST + 6;
  return {
    unit: 'segments',
    lines: [
      line('snd_cwnd', 'cwnd', (index) => (loss(index) ? 17 + Math.floor((index - 30) / 12) : 10 + index)),
      line('snd_ssthresh', 'ssthresh', (index) => (loss(index) ? 17 : null)),
      line('inFlight', 'in flight', (index) => (loss(index) ? 12 + (index % 5) : 8 + index)),
    ],
  };
}

function sent(): GraphSegment[] {
  const first = Array.from({ length: SEGMENTS }, (_, index): GraphSegment => {
    const from = 1 + index * MSS;
    return { number: 4 + index, at: at(index), from, to: from + MSS, kind: 'data' };
  });
  const from = 1 + LOST * MSS;
  return [...first, { number: 80, at: at(LOST + 7), from, to: from + MSS, kind: 'again' as const }].sort(
    byEvent,
  );
}
function reported(): GraphSegment[] {
  const from = 1 + (LOST + 1) * MSS;
  return [2, 3, 4].map((count) => ({
    number: 70 + count,
    at: at(LOST + 1 + count),
    from,
    to: from + count * MSS,
    kind: 'sack' as const,
  }));
}
function byEvent(a: GraphSegment, b: GraphSegment): number {
  return a.at.event - b.at.event;
}
