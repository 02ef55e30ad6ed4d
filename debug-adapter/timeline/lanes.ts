/** The lanes of a timeline: the processes of each host, and what answers where no process does. */
import type { SequenceLifeline } from '../protocol.ts';
import type { TimelineLane } from './data.ts';

/** More lanes than this are left out: nobody reads them. */
const MOST_LANES = 60;

export interface Lanes {
  all: TimelineLane[];
  leftOut: number;
  /** The index of a lifeline's lane; undefined: it has none. */
  of(lifeline: string): number | undefined;
  /** That of a process, by its id. */
  ofProcess(pid: number): number | undefined;
}

/** The outside first, then host by host, in the order in which something happens there; a kernel below its processes. */
export function lanesOf(lifelines: readonly SequenceLifeline[]): Lanes {
  const byId = new Map<string, TimelineLane>();
  for (const lifeline of lifelines) if (!byId.has(idOf(lifeline))) byId.set(idOf(lifeline), laneOf(lifeline));
  const hosts = [...new Set([...byId.values()].map(({ host }) => host))];
  const rank = ({ kind, host }: TimelineLane): number =>
    kind === 'outside' ? -1 : 2 * hosts.indexOf(host) + (kind === 'kernel' ? 1 : 0);
  const sorted = [...byId.values()].sort((one, other) => rank(one) - rank(other));
  const all = sorted.slice(0, MOST_LANES);
  const indices = new Map(all.map(({ id }, index) => [id, index]));
  const laneIds = new Map(lifelines.map((lifeline) => [lifeline.id, idOf(lifeline)]));
  return {
    all,
    leftOut: sorted.length - all.length,
    of: (id) => indices.get(laneIds.get(id) ?? ''),
    ofProcess: (pid) => indices.get(processLane(pid)),
  };
}

/** All addresses of a process, or of a kernel, are one lane. */
function idOf({ kind, pid, host }: SequenceLifeline): string {
  return kind === 'process' ? processLane(pid!) : kind === 'kernel' ? `kernel ${host}` : kind;
}
function processLane(pid: number): string {
  return `process ${pid}`;
}
function laneOf(lifeline: SequenceLifeline): TimelineLane {
  const { kind, name, host, pid } = lifeline;
  return {
    id: idOf(lifeline),
    kind,
    name: kind === 'process' ? name : kind,
    host,
    ...(pid !== undefined && { pid }),
  };
}
