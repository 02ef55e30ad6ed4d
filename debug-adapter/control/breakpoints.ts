/** The user's line breakpoints: set in V8, moved to V8's location, and verified when the file is loaded. */
import { errorText } from '../../language/userError.ts';
import { message, say, type Message, type Translate } from '../../language/message.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SourcePlace } from '../../stack/user/program_error.ts';
import { parseHitCondition } from '../inspect/breakpoints.ts';
import { logMessage, ruleCondition } from './conditions.ts';
import type { Debuggee } from './debuggee.ts';
import type { Execution } from './execution.ts';
import { checkExpression } from './expression.ts';
import type { PlacedBreakpoint } from './moment.ts';

/** A breakpoint as the client wants it, with the id under which the client knows it. */
export type Numbered<Wish> = Wish & { id: number };
type SourceBreakpoint = DebugProtocol.SourceBreakpoint;

interface LineBreakpoint {
  id: number;
  /** Everything that the client has given. */
  key: string;
  wish: BreakpointWish;
  /** The requested place. A second breakpoint at the same place shares V8's id. */
  place: string;
  /** V8's id; undefined: V8 refused the breakpoint. */
  v8: string | undefined;
  state: DebugProtocol.Breakpoint;
}
/** A file: the client's name for it, and its real path. */
interface File {
  given: string;
  real: string;
}
/** A breakpoint's options besides its place. */
export interface BreakpointWish {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  logMessage?: string | undefined;
}

const NOT_LOADED = message('The breakpoint is set when the file is loaded.');

/** Everything about a wished breakpoint: equal for two that are the same to the user. */
export function keyOf(file: File, wish: SourceBreakpoint): string {
  const { line, column, condition, hitCondition, logMessage } = wish;
  return JSON.stringify([file.given, line, column, condition, hitCondition, logMessage]);
}
/** The message about a breakpoint in a file that is not loaded. */
export function unloaded({ given }: File, otherwise: Message): Message {
  return existsSync(given) ? otherwise : message('There is no file {0}.', given);
}

export class Breakpoints {
  readonly #t: Translate;
  readonly #debuggee: Debuggee;
  readonly #execution: Execution;
  /** By real path. */
  readonly #byFile = new Map<string, LineBreakpoint[]>();
  /** Requests are processed one after the other, since they may affect the same place. */
  #last: Promise<unknown> = Promise.resolve();
  /** Called when a breakpoint was verified, moved or explained after its response. */
  onChanged: (breakpoint: DebugProtocol.Breakpoint) => void = () => {};

  constructor(debuggee: Debuggee, execution: Execution, t: Translate) {
    this.#t = t;
    this.#debuggee = debuggee;
    this.#execution = execution;
    debuggee.client.on('Debugger.breakpointResolved', ({ breakpointId, location }) => {
      for (const one of this.#all()) {
        if (one.v8 === breakpointId && !one.state.verified)
          this.#change(one, { ...verifiedAt(one.id, location), source: one.state.source! });
      }
    });
    debuggee.client.on('Debugger.scriptParsed', ({ scriptId, url }) => {
      if (this.#pending(url).length > 0) void this.#loaded(scriptId, url).catch(() => {});
    });
  }

  #all(): LineBreakpoint[] {
    return [...this.#byFile.values()].flat();
  }
  #change(breakpoint: LineBreakpoint, state: DebugProtocol.Breakpoint): void {
    breakpoint.state = state;
    this.onChanged(state);
  }
  /** Unverified breakpoints that belong to this script. */
  #pending(url: string): LineBreakpoint[] {
    const loaded = this.#debuggee.scripts.pathOf(url);
    const files = [...this.#byFile].filter(
      ([real, [first]]) => loaded === real || loaded === first?.state.source?.path,
    );
    return files.flatMap(([, list]) => list.filter(({ v8, state }) => v8 !== undefined && !state.verified));
  }
  /** A breakpoint that V8 did not bind to a loaded script has no code at its place. */
  async #loaded(scriptId: string, url: string): Promise<void> {
    // V8 answers this after it has reported the bound breakpoints.
    const lines = await this.#debuggee.scripts.lines(scriptId);
    for (const one of this.#pending(url))
      this.#change(one, {
        ...one.state,
        message: say(this.#t, withoutCode(one.state.source!.path!, one.state.line!, lines)),
      });
  }

  /** Replace the breakpoints of a file; those with an id that is set already stay, with their hit counts. */
  set(file: File, wanted: readonly Numbered<SourceBreakpoint>[]): Promise<DebugProtocol.Breakpoint[]> {
    const set = this.#last.then(() => this.#set(file, wanted));
    this.#last = set.catch(() => {});
    return set;
  }
  async #set(file: File, wanted: readonly Numbered<SourceBreakpoint>[]): Promise<DebugProtocol.Breakpoint[]> {
    const old = this.#byFile.get(file.real) ?? [];
    const gone = old.filter((one) => !wanted.some(({ id }) => id === one.id));
    await Promise.all(gone.map((one) => this.#remove(one)));
    const list: LineBreakpoint[] = [];
    this.#byFile.set(file.real, list);
    for (const wish of wanted)
      list.push(old.find(({ id }) => id === wish.id) ?? (await this.#add(file, wish, list)));
    return list.map(({ state }) => state);
  }

  async #remove({ id, v8 }: LineBreakpoint): Promise<void> {
    if (v8 === undefined || this.#execution.breakpointIds.get(v8) !== id) return;
    this.#execution.breakpointIds.delete(v8);
    await this.#debuggee.removal.remove(v8);
    this.#debuggee.conditions.forget(id);
    await this.#debuggee.ask('rules.forget', id);
  }

  async #add(
    file: File,
    wish: Numbered<SourceBreakpoint>,
    others: readonly LineBreakpoint[],
  ): Promise<LineBreakpoint> {
    const { id } = wish;
    const key = keyOf(file, wish);
    const source = { path: file.given };
    const place = JSON.stringify([wish.line, wish.column]);
    const refused = (message: string): LineBreakpoint => ({
      id,
      key,
      wish,
      place,
      v8: undefined,
      state: { id, verified: false, message, source, line: wish.line },
    });
    const there = others.find((other) => other.place === place && other.v8 !== undefined);
    if (there !== undefined) {
      if (there.key === key) return { ...there, id, state: { ...there.state, id } };
      return refused(this.#t('Another breakpoint stands at this place: give the condition to one of them.'));
    }
    try {
      this.#execution.checkStops();
      const at = `${path.basename(file.given)}:${wish.line}`;
      const rule = await defineRule(this.#debuggee, this.#execution, id, wish, at, {
        file: file.given,
        line: wish.line,
      });
      const { breakpointId, locations } = await this.#debuggee.client.send('Debugger.setBreakpointByUrl', {
        ...this.#urlOf(file),
        lineNumber: wish.line - 1,
        ...(wish.column === undefined ? {} : { columnNumber: wish.column - 1 }),
        condition: rule.conditionAt(0),
      });
      this.#execution.addBreakpoint(breakpointId, id);
      await rule.settle();
      const [bound] = locations;
      const state = bound
        ? { ...verifiedAt(id, bound), source }
        : {
            id,
            verified: false,
            message: say(this.#t, await this.#unbound(file, wish.line)),
            source,
            line: wish.line,
          };
      return { id, key, wish, place, v8: breakpointId, state };
    } catch (error) {
      return refused(errorText(this.#t, error));
    }
  }

  /** Those at which the machine may stop: log points do not. */
  placed(): PlacedBreakpoint[] {
    const { scripts } = this.#debuggee;
    return [...this.#byFile].flatMap(([real, list]) =>
      list
        .filter(({ v8, state, wish }) => v8 !== undefined && state.verified && !wish.logMessage)
        .map(({ id, wish, state }) => ({
          id,
          place: { url: scripts.urlOf(real), line: state.line! - 1, column: (state.column ?? 1) - 1 },
          condition: wish.condition ?? '',
          hitCondition: wish.hitCondition ?? '',
        })),
    );
  }

  /** Why V8 has not bound a breakpoint. */
  async #unbound(file: File, line: number): Promise<Message> {
    const { scripts } = this.#debuggee;
    const script = scripts.byUrl(scripts.urlOf(file.real));
    return script === undefined
      ? unloaded(file, NOT_LOADED)
      : withoutCode(file.given, line, await scripts.lines(script.id));
  }

  /** A program may load a file under its real name, or through the link that the client uses. */
  #urlOf({ given, real }: File): { url: string } | { urlRegex: string } {
    const { scripts } = this.#debuggee;
    const urls = [...new Set([scripts.urlOf(real), scripts.urlOf(given)])];
    if (urls.length === 1) return { url: urls[0]! };
    return { urlRegex: `^(?:${urls.map((url) => url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$` };
  }
}

/** Ignore the line that the build adds. */
function withoutCode(file: string, line: number, lines: readonly string[]): Message {
  const own = lines.filter((text) => !text.startsWith('//# sourceURL='));
  while (own.at(-1) === '') own.pop();
  return line > own.length
    ? message('{0} has only {1} lines.', path.basename(file), own.length)
    : message('There is no code to stop at from line {0} on.', line);
}

function verifiedAt(
  id: number,
  place: { lineNumber: number; columnNumber?: number | undefined },
): DebugProtocol.Breakpoint {
  return { id, verified: true, line: place.lineNumber + 1, column: (place.columnNumber ?? 0) + 1 };
}

/** What V8 checks at each hit of a breakpoint. */
export interface DefinedRule {
  conditionAt(place: number): string;
  /** V8 has set the breakpoint at all its places: where the machine runs, it comes into force. */
  settle(): Promise<void>;
}
/**
 * Tell the machine's thread what to check at each hit.
 *
 * @param at how the user knows the breakpoint's place
 * @throws an error that explains what is wrong with the options
 */
export async function defineRule(
  debuggee: Debuggee,
  execution: Execution,
  id: number,
  wish: BreakpointWish,
  at: string,
  place?: SourcePlace,
): Promise<DefinedRule> {
  const { condition = '', hitCondition = '', logMessage: template = '' } = wish;
  if (condition.trim() !== '') checkExpression(condition, 'condition');
  if (hitCondition.trim() !== '') parseHitCondition(hitCondition);
  const log = template === '' ? undefined : logMessage(template);
  debuggee.conditions.expect(id, wish, at, place);
  // A log point stops nowhere.
  const stopsRunning = () => log === undefined && execution.isRunning;
  const isRunning = stopsRunning();
  await debuggee.ask('rules.define', id, hitCondition.trim() === '' ? {} : { hitCondition }, isRunning);
  return {
    conditionAt: (number) => ruleCondition(id, condition, log, number),
    settle: async () => {
      if (isRunning || stopsRunning()) await debuggee.ask('rules.settles', id);
    },
  };
}
