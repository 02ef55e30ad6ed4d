/**
 * `debugger` statements of the program. V8 pauses there whether anybody waits for that or not, unless all breakpoints
 * at the statement have conditions that are false: one that waits for a certain visit there pauses at each.
 */
import type { Debugger } from 'node:inspector';
import { MACHINE_STOP } from '../../stack/debugger/places.ts';
import type { Scripts } from '../cdp/scripts.ts';
import { AGENT } from '../worker/channel.ts';
import type { Debuggee } from './debuggee.ts';
import type { CodePoint } from './moment.ts';
import { pauseFrames } from './pausedState.ts';
import { isMachineStop } from './policies/pause.ts';

type Paused = Debugger.PausedEventDataType;

/** Whether V8 has paused, in a machine that nobody steps in, only because of such a statement. */
export function pausesAtStatement({ scripts }: Debuggee, paused: Paused): boolean {
  const { reason, hitBreakpoints = [], callFrames } = paused;
  const isPlain = reason === 'other' && hitBreakpoints.length === 0;
  return isPlain && !isMachineStop(pauseFrames(callFrames.slice(0, 1), scripts)[0]);
}

/** Whether a place of the program is such a statement. @returns undefined: the script is not known */
export async function isDebuggerStatement(
  scripts: Scripts,
  { url, line, column }: CodePoint,
): Promise<boolean | undefined> {
  if (url === MACHINE_STOP.url) return false;
  const script = scripts.byUrl(url);
  if (script === undefined) return undefined;
  const lines = await scripts.lines(script.id);
  return /^debugger\b/.test(lines[line]?.slice(column) ?? '');
}

/** Breakpoints at statements that wait for one visit. */
export class StatementBreakpoints {
  readonly #debuggee: Debuggee;
  /** What the agent knows each by, by V8's ids. */
  readonly #numbers = new Map<string, number>();

  constructor(debuggee: Debuggee) {
    this.#debuggee = debuggee;
  }

  /** @param test whether it is the visit, as text */
  static condition(number: number, test: string): string {
    return `globalThis[Symbol.for('${AGENT}')].moments.meets(${number}, ${test})`;
  }
  add(breakpointId: string, number: number): void {
    this.#numbers.set(breakpointId, number);
  }
  /** V8's pause without those breakpoints that wait for another visit. */
  async settled(paused: Paused): Promise<Paused> {
    const { hitBreakpoints = [] } = paused;
    const unmet = new Set<string>();
    for (const id of hitBreakpoints) {
      const number = this.#numbers.get(id);
      if (number !== undefined && !(await this.#debuggee.ask<boolean>('moments.isMet', number)))
        unmet.add(id);
    }
    if (unmet.size === 0) return paused;
    return { ...paused, hitBreakpoints: hitBreakpoints.filter((id) => !unmet.has(id)) };
  }
}
