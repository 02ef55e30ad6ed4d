/**
 * The active traces: each listens to its tracepoints in the machine's thread, prints at once, and counts until it is
 * asked.
 */
import { message, say, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { TRACEPOINT_NAMES, tracepointNamed, type TracepointName } from '../../stack/trace/table.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import type { World } from '../../stack/world/world.ts';
import type { Tell } from '../inspect/breakpoints.ts';
import type { Describer } from '../inspect/describe.ts';
import { seconds } from '../inspect/format.ts';
import { Evaluator, number, type Surroundings } from './evaluate.ts';
import { Histogram } from './histogram.ts';
import { parseTrace, type Action, type TraceCommand } from './syntax.ts';
import { TraceError } from './traceError.ts';

/** More keys would fill the machine's memory, and no console. */
const MOST_KEYS = 10_000;
const NO_KEY = '';
/** What every tracepoint knows besides its arguments. */
export const BUILTINS = ['pid', 'comm', 'nsecs', 'event', 'host', 'probe'] as const;

/** What one action has gathered. */
interface Gathered {
  action: Action;
  counts: Map<string, number>;
  histogram: Histogram | undefined;
}
interface Trace {
  number: number;
  text: string;
  gathered: Gathered[];
  hasFailed: boolean;
  /** What happens up to this event is not its concern. */
  after: number;
  end(): void;
}

export class Tracing {
  readonly #world: World;
  readonly #evaluator: Evaluator;
  readonly #say: Tell;
  readonly #t: Translate;
  /** A run is repeated: what it prints was printed before. */
  isSilent = false;
  readonly #traces = new Map<number, Trace>();

  constructor(world: World, describer: Describer, tell: Tell, t: Translate) {
    this.#world = world;
    this.#evaluator = new Evaluator(describer);
    this.#say = tell;
    this.#t = t;
  }

  /**
   * Begin a trace.
   *
   * @param number that it is listed with
   * @param after the event after which it listens
   * @returns that event
   * @throws TraceError
   */
  begin(number: number, text: string, after = this.#world.event): number {
    const command = parseTrace(text);
    const names = namesOf(command, text);
    const gathered = command.actions.map((action) => ({
      action,
      counts: new Map<string, number>(),
      histogram: action.kind === 'hist' ? new Histogram() : undefined,
    }));
    const trace: Trace = { number, text: text.trim(), gathered, hasFailed: false, after, end: () => {} };
    trace.end = this.#world.tracer.onHit(names, (hit) => this.#hit(trace, command, hit));
    this.#traces.set(number, trace);
    return after;
  }
  /** The run goes on as for the first time. */
  speak(): void {
    this.isSilent = false;
  }
  #tell(text: string, isError: boolean): void {
    if (!this.isSilent) this.#say(text, isError);
  }
  /** Begin a trace in a run that is repeated: it gathers what it has gathered there, and says nothing before speak(). */
  repeat(number: number, text: string, after: number): void {
    this.isSilent = true;
    this.begin(number, text, after);
  }
  /** End a trace. @returns what it has gathered; null: there is none of this number */
  end(number: number): string | null {
    const trace = this.#traces.get(number);
    if (trace === undefined) return null;
    trace.end();
    this.#traces.delete(number);
    return this.#result(trace);
  }
  /** What is active, with what it has gathered. */
  list(): string {
    return [...this.#traces.values()].map((trace) => this.#result(trace)).join('\n');
  }
  /** The run is over: say what was gathered. */
  finish(): void {
    for (const trace of this.#traces.values()) {
      trace.end();
      if (trace.gathered.some(({ action }) => action.kind !== 'print'))
        this.#tell(this.#result(trace), false);
    }
    this.#traces.clear();
  }

  #hit(trace: Trace, { filter, actions }: TraceCommand, hit: TraceHit): void {
    const { name, machine } = hit;
    if (hit.event <= trace.after) return;
    const parameters = parametersOf(name);
    const { current, hostname } = machine;
    const around: Surroundings = {
      args: new Map(hit.args.map((arg, index) => [parameters[index] ?? `arg${index}`, arg])),
      builtins: new Map(
        Object.entries({
          pid: current.pid,
          comm: current.comm,
          nsecs: machine.time_ns,
          event: hit.event,
          host: hostname,
          probe: name,
        } satisfies Record<(typeof BUILTINS)[number], unknown>),
      ),
    };
    try {
      if (filter !== undefined && !this.#evaluator.isTrue(filter, around)) return;
      const head = `${seconds(machine.time_ns)} ${name}`;
      if (actions.length === 0) {
        const print = tracepointNamed(name).print as (...args: readonly unknown[]) => string;
        this.#tell(`${head}: ${print(...hit.args)}`, false);
      }
      for (const one of trace.gathered) this.#act(one, around, head);
    } catch (error) {
      // Once: the tracepoint may be passed a million times.
      if (trace.hasFailed) return;
      trace.hasFailed = true;
      this.#tell(`trace ${trace.number}: ${this.#errorText(error)}`, true);
    }
  }
  #act({ action, counts, histogram }: Gathered, around: Surroundings, head: string): void {
    const { kind, arguments: args } = action;
    if (kind === 'print') {
      this.#tell([`${head}:`, ...args.map((one) => this.#evaluator.text(one, around))].join(' '), false);
    } else if (histogram !== undefined) histogram.add(number(this.#evaluator.value(args[0]!, around)));
    else {
      const isSum = kind === 'sum';
      const key = isSum ? NO_KEY : args.map((one) => this.#evaluator.text(one, around)).join(', ');
      if (!counts.has(key) && counts.size === MOST_KEYS)
        throw new UserError('there are more than {0} different keys', MOST_KEYS);
      const more = isSum ? number(this.#evaluator.value(args[0]!, around)) : 1;
      counts.set(key, (counts.get(key) ?? 0) + more);
    }
  }
  #errorText(error: unknown): string {
    return error instanceof UserError ? say(this.#t, error.said) : String(error);
  }

  #result({ number, text, gathered }: Trace): string {
    const lines = [`[${number}] ${text}`];
    for (const { action, counts, histogram } of gathered) {
      if (action.kind === 'print') continue;
      if (counts.size === 0 && histogram?.isEmpty !== false) lines.push(`  ${action.text}: 0`);
      else if (histogram !== undefined)
        lines.push(`  ${action.text}:`, ...histogram.lines().map((line) => `    ${line}`));
      else
        for (const [key, count] of [...counts].sort(([, a], [, b]) => b - a))
          lines.push(key === NO_KEY ? `  ${action.text}: ${count}` : `  [${key}]: ${count}`);
    }
    return lines.join('\n');
  }
}

/** @throws TraceError for a name that no tracepoint has */
function namesOf({ tracepoints }: TraceCommand, text: string): TracepointName[] {
  const names = tracepoints.flatMap(({ pattern, position }) => {
    // One star is as good as several, which would take a regular expression longer and longer.
    const wanted = new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`);
    const found = TRACEPOINT_NAMES.filter((name) => wanted.test(name));
    if (found.length > 0) return found;
    const group = TRACEPOINT_NAMES.filter((name) => name.startsWith(`${pattern.split(':')[0]}:`));
    throw new TraceError(
      group.length === 0
        ? message('There is no tracepoint {0}', pattern)
        : message('There is no tracepoint {0}, but {1}', pattern, group.join(', ')),
      text,
      position,
    );
  });
  return [...new Set(names)];
}

/** The names of a tracepoint's arguments, as its definition has them; one that it does not print begins with `_` there. */
export function parametersOf(name: TracepointName): string[] {
  const [, list = ''] = /^\w*\s*\w*\s*\(([^)]*)\)/.exec(String(tracepointNamed(name).print)) ?? [];
  return list
    .split(',')
    .map((parameter) => parameter.trim().replace(/^_/, '').replace(/\W.*$/s, ''))
    .filter((parameter) => parameter !== '');
}
