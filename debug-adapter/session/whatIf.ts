/**
 * A launch's attribute `whatIf`: a recording is opened, and its run goes on with one thing changed. Random numbers and
 * settings are others from where the recording stands; what happens to a frame, which has its number in the whole run,
 * may lie before that.
 */
import { asObject, ConfigError, parseConfig, refuseUnknown } from '../../stack/config.ts';
import { writtenFault } from '../../stack/fault_config.ts';
import { told } from '../../stack/lib/told.ts';
import type { Difference } from '../inspect/agent.ts';
import { dropRecorded } from './changes.ts';
import { isBefore } from './earlier.ts';
import type { Run } from './run.ts';

export interface WhatIf extends Difference {
  /** As a launch configuration has them. */
  faults: Record<string, string | number>[];
}

const PATH = ['launch', 'whatIf'];
const KEYS = ['seed', 'sysctl', 'faults'];

/** @throws ConfigError */
export function parseWhatIf(value: unknown): WhatIf {
  const given = asObject(value, PATH);
  refuseUnknown(given, KEYS, PATH);
  if (value !== undefined && Object.keys(given).length === 0)
    throw new ConfigError(PATH, told('has nothing that is to differ: give it a seed, sysctl or faults'));
  const { seed, sysctl, faults = [] } = parseConfig(given, ...PATH);
  return {
    seed: given['seed'] === undefined ? null : seed,
    sysctl,
    faults: faults.map((fault) => writtenFault(fault)),
  };
}

/**
 * A run stands where its recording does: from here on it has other random numbers or settings, and what came later does not
 * come. A fault has its number in the whole run, and takes no other way here.
 */
export async function takeOtherWay(run: Run, { seed, sysctl }: Difference): Promise<void> {
  if (seed === null && Object.keys(sysctl).length === 0) return;
  const { debuggee, execution, bookmarks } = run;
  const { moment } = execution.trail;
  if (moment === undefined) throw new Error('a recording stands at a moment');
  await debuggee.ask('differ', { seed, sysctl });
  await dropRecorded(run);
  const { event } = await debuggee.askIn<{ event: number }>('now()');
  const stop = { event, moment };
  for (const one of bookmarks.all) if (isBefore(one, stop) !== true) bookmarks.remove(one.name);
}
