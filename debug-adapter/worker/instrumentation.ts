/**
 * Kernel functions that say when they begin and end. Only a machine that repeats a run for a function graph has them:
 * the brackets are put into each function as its module is loaded, where no statement's place moves.
 */
import { CODE, isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';

export interface TracedFunction {
  name: string;
  /** As V8 names the file. */
  url: string;
  /** Where it begins, and where it ends; counted from 1. */
  line: number;
  last: number;
}
/** Hears of the calls. */
export interface CallSink<Call> {
  /** @returns null: this call is not recorded */
  enter(traced: number, args: ArrayLike<unknown>): Call | null;
  exit(call: Call): void;
}

/** Where the functions find it. */
const INSTRUMENTATION = 'sockscope.instrumentation';
/** Folders of kernel code. Headers are left out: what Linux inlines has no entry in its function graph, either. */
const TRACED = ['stack/kernel/', 'stack/net/', 'stack/fs/', 'stack/drivers/', 'stack/security/'];
/** Switching tasks and telling the time are no steps of a packet; hardware is no code of the kernel. */
const LEFT_OUT = [...CODE.scheduler, ...KERNEL_CODE.hardware, 'stack/kernel/time/jiffies.ts'];
const ENTRY = /^(?:export )?function\*? *([\w$]+)\(/gm;

export class Instrumentation<Call = unknown> {
  /** By number. */
  readonly functions: TracedFunction[] = [];
  /** Null: nothing is recorded. */
  sink: CallSink<Call> | null = null;
  readonly #isWanted: boolean;

  /** @param isWanted else no function is changed */
  constructor(isWanted: boolean) {
    this.#isWanted = isWanted;
  }

  /** Before the first module is evaluated. */
  install(): void {
    if (this.#isWanted) Object.defineProperty(globalThis, Symbol.for(INSTRUMENTATION), { value: this });
  }

  /** The source of a module, with brackets in its functions. */
  instrument(url: string, source: string): string {
    if (!this.#isWanted || !isTraced(url)) return source;
    let text = `var $calls = globalThis[Symbol.for('${INSTRUMENTATION}')]; `;
    let done = 0;
    for (const match of source.matchAll(ENTRY)) {
      const body = bodyOf(source, match.index + match[0].length);
      if (body === undefined || isInlined(source, match.index)) continue;
      const line = lineAt(source, match.index);
      const last = lineAt(source, body.close) + 1;
      const traced = this.functions.push({ name: match[1]!, url, line, last }) - 1;
      text +=
        source.slice(done, body.open + 1) +
        opening(traced) +
        source.slice(body.open + 1, body.close) +
        CLOSING;
      done = body.close;
    }
    return done === 0 ? source : text + source.slice(done);
  }
}

// A module whose evaluation has not begun may be called already: `var` is undefined there.
const opening = (traced: number): string =>
  `const $call = $calls?.sink?.enter(${traced}, arguments) ?? null; try {`;
const CLOSING = '} finally { if ($call !== null) $calls.sink?.exit($call); }';

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

function isTraced(url: string): boolean {
  return isIn(TRACED, url) && !isIn(LEFT_OUT, url);
}
/** Whether Linux defines the function that begins here in a header: it is inlined there. */
function isInlined(source: string, begin: number): boolean {
  if (!source.slice(0, begin).endsWith('*/\n')) return false;
  const doc = source.slice(source.lastIndexOf('/**', begin), begin);
  return /@linux include\//.test(doc);
}

/**
 * Where the body of a function of a module opens, and where the closing bracket goes: behind the last statement. The
 * sources are formatted, so the brace that ends a function begins a line, and no other one within does.
 *
 * @param parameters where they begin
 */
function bodyOf(source: string, parameters: number): { open: number; close: number } | undefined {
  const end = endOfParameters(source, parameters);
  const open = end + /^\s*/.exec(source.slice(end))![0].length;
  if (source[open] !== '{') return undefined;
  if (source[open + 1] === '}') return { open, close: open + 1 };
  const brace = source.indexOf('\n}', open);
  const lastLine = source.slice(source.lastIndexOf('\n', brace - 1) + 1, brace);
  // Behind a comment it would be a part of it.
  return { open, close: lastLine.includes('//') ? brace + 1 : brace };
}
function endOfParameters(source: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0; at++) {
    const char = source[at]!;
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === "'" || char === '"') at = source.indexOf(char, at + 1);
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1;
    else if (source.startsWith('//', at)) at = source.indexOf('\n', at);
  }
  return at;
}
