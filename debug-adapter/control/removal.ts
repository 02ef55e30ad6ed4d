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

/** An id that no breakpoint of the user has: as each other one, it stops for a pause that is wanted. */
const NOBODYS = 2 ** 31 - 1;
const CONDITION = `globalThis[Symbol.for('${AGENT}')].rules.pauses(${NOBODYS})`;

interface Anchor {
  /** The function that it is in. */
  of: string;
  id: string | undefined;
}

export class Removal {
  readonly #client: CdpClient;
  readonly #scripts: Scripts;
  /** The innermost frame, while V8 stands. */
  #top: Frame | undefined;
  #anchor: Anchor | undefined;
  #anchors = 0;

  constructor(client: CdpClient, scripts: Scripts) {
    this.#client = client;
    this.#scripts = scripts;
    client.on('Debugger.paused', ({ callFrames: [top] }) => (this.#top = top));
    client.on('Debugger.resumed', () => (this.#top = undefined));
  }

  /** V8 obeys in order: the breakpoint is gone before whatever is sent next. */
  async remove(breakpointId: string): Promise<void> {
    if (this.#top !== undefined) this.#hold(this.#top);
    await this.#client.send('Debugger.removeBreakpoint', { breakpointId });
  }
  /** V8 goes on without a step: there is no place to keep. */
  release(): void {
    const id = this.#anchor?.id;
    if (id === undefined) return;
    this.#anchor = undefined;
    this.#client.send('Debugger.removeBreakpoint', { breakpointId: id }).catch(() => {});
  }

  #hold(frame: Frame): void {
    const { scriptId, lineNumber, columnNumber = 0 } = frame.functionLocation ?? frame.location;
    const of = `${scriptId}:${lineNumber}:${columnNumber}`;
    const script = this.#scripts.get(scriptId);
    if (this.#anchor?.of === of || script === undefined) return;
    this.release();
    const anchor: Anchor = (this.#anchor = { of, id: undefined });
    // V8 refuses a breakpoint that was asked for in the same words: a number that matches nothing makes it another.
    const urlRegex = `^${script.url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$|^anchor ${++this.#anchors}$`;
    this.#client
      .send('Debugger.setBreakpointByUrl', { urlRegex, lineNumber, columnNumber, condition: CONDITION })
      .then(
        ({ breakpointId }) => (anchor.id = breakpointId),
        // The machine has ended, or goes on: whoever needs it learns that.
        () => {},
      );
  }
}
