/** One debug session as an editor drives it: through the adapter's own stdio. */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const PROGRAM = `${ROOT}test/debug-adapter/fixtures/handshake.ts`;
export const ADAPTER = `${ROOT}dist/debug-adapter/main.js`;

/** A line of a file: both debuggers are held against each other by these. */
export interface Line {
  path: string;
  line: number;
}

export class AdapterSession {
  readonly #client = new DebugClient(process.execPath, ADAPTER, 'sockscope', { cwd: ROOT });
  #threadId = 0;
  /** Where it stands. */
  functionName = '';

  async start(): Promise<void> {
    await this.#client.start();
    await this.#client.initializeRequest();
  }
  stop(): Promise<void> {
    return this.#client.stop();
  }

  /** Launch the program. @returns ms from the launch request to the stop at its first line */
  async launch(): Promise<number> {
    const initialized = this.#client.waitForEvent('initialized');
    const started = performance.now();
    const stopped = this.#stop();
    const launched = this.#client.launchRequest({ program: PROGRAM, stopOnEntry: true } as never);
    await initialized;
    await this.#client.configurationDoneRequest();
    await Promise.all([launched, stopped]);
    return performance.now() - started;
  }

  /** Go on to the next call of a kernel function. */
  async runTo(functionName: string): Promise<Line> {
    await this.#client.setFunctionBreakpointsRequest({ breakpoints: [{ name: functionName }] });
    const stopped = this.#stop();
    await this.#client.continueRequest({ threadId: this.#threadId });
    await stopped;
    await this.#client.setFunctionBreakpointsRequest({ breakpoints: [] });
    return (await this.#look()).line;
  }

  /** `next`, and what an editor asks at each stop: the stack, the top frame's scopes, the first one's variables. */
  async next(): Promise<{ ms: number; line: Line }> {
    const begun = performance.now();
    const stopped = this.#stop();
    await this.#client.nextRequest({ threadId: this.#threadId });
    await stopped;
    const { line, top } = await this.#look();
    const { scopes } = (await this.#client.scopesRequest({ frameId: top.id })).body;
    await this.#client.variablesRequest({ variablesReference: scopes[0]!.variablesReference });
    return { ms: performance.now() - begun, line };
  }

  async #look(): Promise<{ line: Line; top: DebugProtocol.StackFrame }> {
    const request = { threadId: this.#threadId, startFrame: 0, levels: 20 };
    const { stackFrames } = (await this.#client.stackTraceRequest(request)).body;
    const top = stackFrames[0]!;
    this.functionName = top.name;
    return { line: { path: top.source!.path!, line: top.line }, top };
  }

  /** Rejects when the session ends instead. */
  #stop(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = ({ event, body }: DebugProtocol.Event) => {
        this.#client.off('stopped', settle).off('terminated', settle);
        if (event === 'terminated') return reject(new Error('the session ended instead of stopping'));
        this.#threadId = (body as DebugProtocol.StoppedEvent['body']).threadId!;
        resolve();
      };
      this.#client.on('stopped', settle).on('terminated', settle);
    });
  }
}
