/** The graphs' data, from a recording and samples: how a connection fared over time. */
import { english, say, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type {
  GraphConnection,
  GraphId,
  GraphLine,
  GraphsArguments,
  GraphSegment,
  GraphSide,
  GraphsResponse,
} from './data.ts';
import { momentOf } from '../sequence/calls.ts';
import type { Happening } from '../sequence/happening.ts';
import { connectionLabel } from '../sequence/ends.ts';
import type { Moment } from '../protocol.ts';
import { Connections, within, type Connection } from './connections.ts';
import { nicLines, SOCKET_GRAPHS } from './lines.ts';
import type { NicSample, Sample } from './sample.ts';
import { thinned } from './thin.ts';
import { throughput } from './throughput.ts';

/** How many moments an answer has by default. */
const USUAL_COUNT = 1500;

const GRAPHS: readonly GraphId[] = [...(Object.keys(SOCKET_GRAPHS) as GraphId[]), 'throughput', 'rings'];

type Drawn = Pick<GraphsResponse, 'unit' | 'moments' | 'lines' | 'segments' | 'leftOut'>;
/** From when to when; virtual ns. */
interface Window {
  fromNs: number;
  toNs: number;
  count: number;
}

export function graphsOf(
  happenings: readonly Happening[],
  samples: readonly Sample[],
  { graph = 'stevens', connection, side, fromNs = 0, toNs = Infinity, count = USUAL_COUNT }: GraphsArguments,
  t: Translate = english,
): GraphsResponse {
  if (!GRAPHS.includes(graph)) throw new UserError('there is no graph "{0}": {1}', graph, GRAPHS.join(', '));
  if (side !== undefined && side !== 'asks' && side !== 'answers')
    throw new UserError('a connection has no side "{0}": asks, answers', String(side));
  const connections = new Connections(happenings, samples);
  const shown = chosen(connections.all, connection);
  const shownSide = side ?? shown?.busier;
  const window = { fromNs, toNs, count };
  const drawn = drawnOf(graph, shown, shownSide, samples, happenings, window, t);
  const last = [happenings.at(-1), samples.at(-1)].reduce(later, undefined);
  return {
    graph,
    connections: connections.all.map((one): GraphConnection => ({
      id: one.id,
      label: connectionLabel(one.conversation.asks),
      packets: one.conversation.packets,
      ends: one.sides.map((side) => ({ side, label: connections.labelOf(one, side) })),
    })),
    ...(shown !== undefined && { connection: shown.id }),
    ...(shownSide !== undefined && { side: shownSide }),
    ...drawn,
    ...(last !== undefined && { last: momentOf(last) }),
  };
}

/** @throws an error for the user if there is no such connection */
function chosen(all: readonly Connection[], id: string | undefined): Connection | undefined {
  if (id === undefined)
    return all.reduce<Connection | undefined>(
      (most, one) => (one.conversation.packets > (most?.conversation.packets ?? 0) ? one : most),
      undefined,
    );
  const found = all.find((one) => one.id === id);
  if (found === undefined)
    throw new UserError('no packet of the connection "{0}" is recorded (any more)', id);
  return found;
}

function later(a: Moment | undefined, b: Moment | undefined): Moment | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.event > a.event ? b : a;
}

function drawnOf(
  graph: GraphsResponse['graph'],
  shown: Connection | undefined,
  side: GraphSide | undefined,
  samples: readonly Sample[],
  happenings: readonly Happening[],
  window: Window,
  t: Translate,
): Drawn {
  const { fromNs, toNs, count } = window;
  if (graph === 'rings') return ringFill(samples, side && shown?.host(side), window, t);
  const points = shown === undefined || side === undefined ? [] : shown.points(side, fromNs, toNs);
  if (graph === 'throughput') return { unit: 'bytes/s', ...throughput(points, t), segments: [], leftOut: 0 };
  const { unit, lines: sources } = SOCKET_GRAPHS[graph];
  const moments = points.map(({ at }) => momentOf(at));
  const lines = sources.map(({ id, label, about, value }) => ({
    id,
    label: say(t, label),
    about: say(t, about),
    values: points.map(({ point }) => value(point)),
  }));
  const isTimeSequence = graph === 'stevens' || graph === 'tcptrace';
  if (!isTimeSequence || shown === undefined || side === undefined)
    return { unit, ...fewer(moments, lines, count), segments: [] };
  const all = [
    ...sentSegments(shown, side),
    ...(graph === 'tcptrace' ? reportedSegments(shown, side, happenings) : []),
  ].filter(({ at }) => at.timeNs >= fromNs && at.timeNs <= toNs);
  const kept = thinned(all.length, [all.map(({ from }) => from)], count);
  const segments = kept.map((index) => all[index]!).sort((a, b) => a.at.event - b.at.event);
  // Without lines the moments are those of the segments.
  const thinLines =
    lines.length > 0
      ? fewer(moments, lines, count)
      : { moments: segments.map(({ at }) => at), lines, leftOut: 0 };
  return { unit, ...thinLines, segments, leftOut: thinLines.leftOut + all.length - segments.length };
}

function fewer(moments: Moment[], lines: GraphLine[], count: number) {
  const columns = lines.map(({ values }) => values);
  const kept = thinned(moments.length, columns, count);
  return {
    moments: kept.map((index) => moments[index]!),
    lines: lines.map((line) => ({ ...line, values: kept.map((index) => line.values[index]!) })),
    leftOut: moments.length - kept.length,
  };
}

/** What a side has sent: bytes, SYN and FIN. */
function sentSegments(connection: Connection, side: GraphSide): GraphSegment[] {
  const begin = connection.begin(side);
  return connection.segments.flatMap(({ happening, side: sender, isRepeated }) => {
    const { tcp, payload } = happening.facts;
    if (sender !== side || tcp === undefined) return [];
    const length = payload + (tcp.flags.includes('SYN') ? 1 : 0) + (tcp.flags.includes('FIN') ? 1 : 0);
    const from = (tcp.seq - begin) | 0;
    const kind = isRepeated ? ('again' as const) : ('data' as const);
    return length === 0
      ? []
      : [{ number: happening.frame, at: momentOf(happening), from, to: from + length, kind }];
  });
}

/** What the peer has reported to be there, out of order, when the report arrived. */
function reportedSegments(
  connection: Connection,
  side: GraphSide,
  happenings: readonly Happening[],
): GraphSegment[] {
  const begin = connection.begin(side);
  const reports = connection.segments.filter(
    ({ side: sender, happening }) => sender !== side && happening.facts.tcp?.sack !== undefined,
  );
  if (reports.length === 0) return [];
  const arrivals = new Map<number, Moment>();
  for (const one of happenings) if (one.kind === 'taken') arrivals.set(one.frame, momentOf(one));
  return reports.flatMap(({ happening: { frame, facts } }) => {
    const at = arrivals.get(frame);
    if (at === undefined) return [];
    return facts.tcp!.sack!.map(([from, to]) => ({
      number: frame,
      at,
      from: (from - begin) | 0,
      to: (to - begin) | 0,
      kind: 'sack' as const,
    }));
  });
}

/** How full the rings of a host's NICs are. */
function ringFill(
  samples: readonly Sample[],
  host: string | undefined,
  { fromNs, toNs, count }: Window,
  t: Translate,
): Drawn {
  const all = samples.filter((sample): sample is NicSample => sample.kind === 'nic');
  const shown = within(
    all.filter((sample) => host === undefined || sample.host === host),
    fromNs,
    toNs,
  );
  const nics = [...new Set(shown.map(({ nic }) => nic))];
  const current = new Map<string, NicSample>();
  const lines = nics.flatMap((nic) =>
    nicLines(nic).map((source) => ({ nic, source, line: { ...source, values: [] as (number | null)[] } })),
  );
  for (const sample of shown) {
    current.set(sample.nic, sample);
    for (const { nic, source, line } of lines) {
      const its = current.get(nic);
      line.values.push(its === undefined ? null : source.value(its));
    }
  }
  const told = lines.map(({ line: { id, label, about, values } }): GraphLine => ({
    id,
    label: say(t, label),
    about: say(t, about),
    values,
  }));
  return { unit: 'entries', ...fewer(shown.map(momentOf), told, count), segments: [] };
}
