/** The user's line breakpoints: set in V8, moved to where it says, verified when the file is loaded. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { parseHitCondition } from '../inspect/breakpoints.ts';
import { logMessage, ruleCondition } from './conditions.ts';
import type { Debuggee } from './debuggee.ts';
import type { Execution } from './execution.ts';
import { checkExpression } from './expression.ts';

interface LineBreakpoint {
  id: number;
  key: string;
  /** V8's id; undefined: V8 would not have it. */
  v8: string | undefined;
  state: DebugProtocol.Breakpoint;
}
/** What a breakpoint needs besides its place. */
export interface BreakpointWish {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  logMessage?: string | undefined;
}

export class Breakpoints {
  readonly #debuggee: Debuggee;
  readonly #execution: Execution;
  readonly #nextId: () => number;
  readonly #byFile = new Map<string, LineBreakpoint[]>();
  /** A breakpoint was verified, or moved, after it had been answered. */
  onChanged: (breakpoint: DebugProtocol.Breakpoint) => void = () => {};

  constructor(debuggee: Debuggee, execution: Execution, nextId: () => number) {
    this.#debuggee = debuggee;
    this.#execution = execution;
    this.#nextId = nextId;
    debuggee.client.on('Debugger.breakpointResolved', ({ breakpointId, location }) => {
      for (const list of this.#byFile.values()) {
        for (const one of list) {
          if (one.v8 !== breakpointId || one.state.verified) continue;
          one.state = { ...verifiedAt(one.id, location), source: one.state.source! };
          this.onChanged(one.state);
        }
      }
    });
  }

  /** Replace the breakpoints of a file; those that are the same stay, with their hit counts. */
  async set(
    file: string,
    wanted: readonly DebugProtocol.SourceBreakpoint[],
  ): Promise<DebugProtocol.Breakpoint[]> {
    const old = this.#byFile.get(file) ?? [];
    const keys = wanted.map((wish) =>
      JSON.stringify([wish.line, wish.column, wish.condition, wish.hitCondition, wish.logMessage]),
    );
    await Promise.all(old.filter(({ key }) => !keys.includes(key)).map((one) => this.#remove(one)));
    const list = await Promise.all(
      wanted.map(
        (wish, index) => old.find(({ key }) => key === keys[index]) ?? this.#add(file, wish, keys[index]!),
      ),
    );
    this.#byFile.set(file, list);
    return list.map(({ state }) => state);
  }

  async #remove(breakpoint: LineBreakpoint): Promise<void> {
    if (breakpoint.v8 === undefined) return;
    this.#execution.breakpointIds.delete(breakpoint.v8);
    await this.#debuggee.client.send('Debugger.removeBreakpoint', { breakpointId: breakpoint.v8 });
    await this.#debuggee.ask('rules.forget', breakpoint.id);
  }

  async #add(file: string, wish: DebugProtocol.SourceBreakpoint, key: string): Promise<LineBreakpoint> {
    const id = this.#nextId();
    const source = { path: file };
    const refused = (message: string): LineBreakpoint => ({
      id,
      key,
      v8: undefined,
      state: { id, verified: false, message, source, line: wish.line },
    });
    let condition: string | undefined;
    try {
      condition = await defineRule(this.#debuggee, id, wish);
    } catch (error) {
      return refused((error as Error).message);
    }
    try {
      const { breakpointId, locations } = await this.#debuggee.client.send('Debugger.setBreakpointByUrl', {
        url: this.#debuggee.scripts.urlOf(file),
        lineNumber: wish.line - 1,
        ...(wish.column === undefined ? {} : { columnNumber: wish.column - 1 }),
        ...(condition === undefined ? {} : { condition }),
      });
      this.#execution.breakpointIds.set(breakpointId, id);
      const place = locations[0];
      const state = place
        ? { ...verifiedAt(id, place), source }
        : {
            id,
            verified: false,
            message: 'The breakpoint is set when the file is loaded.',
            source,
            line: wish.line,
          };
      return { id, key, v8: breakpointId, state };
    } catch (error) {
      return refused((error as Error).message);
    }
  }
}

function verifiedAt(
  id: number,
  place: { lineNumber: number; columnNumber?: number | undefined },
): DebugProtocol.Breakpoint {
  return { id, verified: true, line: place.lineNumber + 1, column: (place.columnNumber ?? 0) + 1 };
}

/**
 * Tell the machine's thread what to ask at each hit.
 *
 * @returns the condition for V8, if one is needed
 * @throws an error that says what is wrong with the wish
 */
export async function defineRule(
  debuggee: Debuggee,
  id: number,
  wish: BreakpointWish,
): Promise<string | undefined> {
  const { condition = '', hitCondition = '', logMessage: message = '' } = wish;
  if (condition.trim() !== '') checkExpression(condition, 'The condition');
  if (hitCondition.trim() !== '') parseHitCondition(hitCondition);
  const log = message === '' ? undefined : logMessage(message);
  if (condition.trim() === '' && hitCondition.trim() === '' && log === undefined) return undefined;
  await debuggee.ask('rules.define', id, hitCondition.trim() === '' ? {} : { hitCondition });
  return ruleCondition(id, condition, log);
}
