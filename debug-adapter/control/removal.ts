/**
 * Takes V8's breakpoints away so that V8 keeps its place. Once the function in which it stands has no breakpoint any more, a
 * step leaves out the next place at which it should pause. So while V8 stands, a breakpoint that never stops for anybody stays
 * in that function, at its beginning, where V8 comes by least often.
 */
import type { Debugger } from 'node:inspector';
import type { CdpClient } from '../cdp/cdpClient.ts';
import type { Scripts } from '../cdp/scripts.ts';
import { AGENT } from '../worker/channel.ts';

type Frame = Debugger.CallFrame;
type Client = Pick<CdpClient, 'send' | 'on'>;

/** An id that no breakpoint of the user has: as each other one, it stops for a pause that is wanted. */
const NOBODYS = 2 ** 31 - 1;
const CONDITION = `globalThis[Symbol.for('${AGENT}')].rules.pauses(${NOBODYS})`;

interface Anchor {
  /** The function that it is in. */
  of: string;
  /** V8's id of it; undefined: the machine has ended. */
  id: Promise<string | undefined>;
}

export class Removal {
  readonly #client: Client;
  readonly #scripts: Pick<Scripts, 'get'>;
  /** The innermost frame, while V8 stands. */
  #top: Frame | undefined;
  #anchor: Anchor | undefined;
  #anchors = 0;

  constructor(client: Client, scripts: Pick<Scripts, 'get'>) {
    this.#client = client;
    this.#scripts = scripts;
    client.on('Debugger.paused', ({ callFrames: [top] }) => {
      this.#top = top;
      // Where V8 stands in another function it keeps its place in this one.
      if (this.#anchor?.of !== (top && functionOf(top))) this.release();
    });
    client.on('Debugger.resumed', () => (this.#top = undefined));
  }

  /** V8 obeys in order: the breakpoint is gone before whatever is sent next. */
  async remove(breakpointId: string): Promise<void> {
    if (this.#top !== undefined) this.#hold(this.#top);
    await this.#client.send('Debugger.removeBreakpoint', { breakpointId });
  }
  /** V8 goes on without a step: there is no place to keep. */
  release(): void {
    const anchor = this.#anchor;
    this.#anchor = undefined;
    const remove = (breakpointId: string | undefined): unknown =>
      breakpointId && this.#client.send('Debugger.removeBreakpoint', { breakpointId });
    anchor?.id.then(remove).catch(ended);
  }

  #hold(frame: Frame): void {
    const of = functionOf(frame);
    const { scriptId, lineNumber, columnNumber } = frame.functionLocation ?? frame.location;
    const script = this.#scripts.get(scriptId);
    if (this.#anchor?.of === of || script === undefined) return;
    this.release();
    // V8 refuses a breakpoint that was asked for in the same words: a number that matches nothing makes it another.
    const urlRegex = `^${script.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$|^anchor ${++this.#anchors}$`;
    const wish = { urlRegex, lineNumber, columnNumber: columnNumber ?? 0, condition: CONDITION };
    const set = this.#client.send('Debugger.setBreakpointByUrl', wish);
    this.#anchor = { of, id: set.then(({ breakpointId }) => breakpointId, ended) };
  }
}

/** A machine that has ended has no breakpoints, and nobody steps in it. */
const ended = (): undefined => undefined;
function functionOf({ functionLocation, location }: Frame): string {
  const { scriptId, lineNumber, columnNumber } = functionLocation ?? location;
  return `${scriptId}:${lineNumber}:${columnNumber}`;
}
