/**
 * Configuration of faults: what happens to which frame of which link, and which process is killed when. A run
 * repeats exactly from program, configuration, seed and faults.
 *
 * @linux net/sched/sch_netem.c, for the names of what happens to frames
 */
import { asObject, asUnit, ConfigError, refuseUnknown, show, TIME_UNITS, type Path } from './config.ts';
import { told } from './lib/told.ts';

/** Something happens to one frame of a link. */
export interface FrameFault {
  /**
   * 'loss': it does not arrive. 'dup': it arrives twice. 'delay': it arrives later, others overtake it.
   * 'reorder': the next frame of its link overtakes it.
   */
  kind: 'loss' | 'dup' | 'delay' | 'reorder';
  /** The interface that sends it: 'lo'; where there are several hosts, with its host: 'client eth0'. */
  link: string;
  /** Counts the frames that the interface has sent since the program started, from 1. */
  frame: number;
  /** Of 'delay': how much later, in ns; otherwise 0. */
  delay: number;
}
/** A process is killed as by SIGKILL. */
export interface KillFault {
  kind: 'kill';
  /** Its name; of several, the first one that lives. */
  process: string;
  /** It ends before the first turn that follows this event. */
  event: number;
}
export type Fault = FrameFault | KillFault;

export const FAULT_KINDS = ['loss', 'reorder', 'dup', 'delay', 'kill'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const KEYS: Readonly<Record<FaultKind, readonly string[]>> = {
  loss: ['kind', 'link', 'frame'],
  dup: ['kind', 'link', 'frame'],
  reorder: ['kind', 'link', 'frame'],
  delay: ['kind', 'link', 'frame', 'delay'],
  kill: ['kind', 'process', 'event'],
};

/** @param input a list of faults @throws ConfigError */
export function parseFaults(input: unknown, path: Path): Fault[] {
  if (input === undefined) return [];
  if (!Array.isArray(input))
    throw new ConfigError(
      path,
      told(
        'must be a list such as {0}, got {1}',
        '[{ "kind": "loss", "link": "lo", "frame": 3 }]',
        show(input),
      ),
    );
  return input.map((given: unknown, index) => parseFault(given, [...path, String(index)]));
}

function parseFault(given: unknown, path: Path): Fault {
  const fault = asObject(given, path);
  const kind = FAULT_KINDS.find((one) => one === fault['kind']);
  if (kind === undefined)
    throw new ConfigError(
      [...path, 'kind'],
      told('must be one of {0}, got {1}', FAULT_KINDS.join(', '), show(fault['kind'])),
    );
  refuseUnknown(fault, KEYS[kind], path);
  if (kind === 'kill')
    return {
      kind,
      process: asName(fault['process'], [...path, 'process']),
      event: asOrdinal(fault['event'], [...path, 'event']),
    };
  return {
    kind,
    link: asName(fault['link'], [...path, 'link']),
    frame: asOrdinal(fault['frame'], [...path, 'frame']),
    delay: kind === 'delay' ? asDelay(fault['delay'], [...path, 'delay']) : 0,
  };
}

function asName(value: unknown, path: Path): string {
  if (typeof value !== 'string' || value === '')
    throw new ConfigError(path, told('must be a name, got {0}', show(value)));
  return value;
}
function asOrdinal(value: unknown, path: Path): number {
  if (!Number.isSafeInteger(value) || Number(value) < 1)
    throw new ConfigError(path, told('must be a whole number from 1 on, got {0}', show(value)));
  return Number(value);
}
function asDelay(value: unknown, path: Path): number {
  if (value === undefined) throw new ConfigError(path, told('must be a time such as "200ms"'));
  return asUnit(value, path, 0, TIME_UNITS, 'us');
}

/** A fault as a launch configuration has it. */
export function writtenFault(fault: Fault): Record<string, string | number> {
  if (fault.kind === 'kill') return { ...fault };
  const { kind, link, frame, delay } = fault;
  return kind === 'delay' ? { kind, link, frame, delay: `${delay / 1e6}ms` } : { kind, link, frame };
}
