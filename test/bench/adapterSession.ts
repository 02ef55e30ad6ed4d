/** One debug session as an editor drives it: through the adapter's own stdio. */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { TreeItem } from '../../debug-adapter/protocol.ts';
import type { Inspection } from './inspection.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const PROGRAM = `${ROOT}test/debug-adapter/fixtures/handshake.ts`;
export const ADAPTER = `${ROOT}dist/debug-adapter/main.js`;

/** What is evaluated at stops in functions with an `sk`. */
export const EXPRESSION = 'sk.snd_cwnd + 1';

/** A line of a file: both debuggers are held against each other by these. */
export interface Line {
  path: string;
  line: number;
}

export class AdapterSession {
  readonly #client = new DebugClient(process.execPath, ADAPTER, 'sockscope', { cwd: ROOT });
  readonly #program: string;
  #threadId = 0;
  /** Where it stands. */
  functionName = '';

  constructor(program = PROGRAM) {
    this.#program = program;
  }

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
    const launched = this.#client.launchRequest({ program: this.#program, stopOnEntry: true } as never);
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

  /** `next`, and only the stop. */
  async step(): Promise<Line> {
    const stopped = this.#stop();
    await this.#client.nextRequest({ threadId: this.#threadId });
    await stopped;
    const request = { threadId: this.#threadId, startFrame: 0, levels: 1 };
    const [top] = (await this.#client.stackTraceRequest(request)).body.stackFrames;
    this.functionName = top!.name;
    return { path: top!.source!.path!, line: top!.line };
  }

  /** What an editor shows at a stop. @returns the ms of each */
  async inspect(): Promise<Record<Inspection, number>> {
    const client = this.#client;
    const ms: Partial<Record<Inspection, number>> = {};
    const timed = async <T>(name: Inspection, asked: () => Promise<{ body: T }>): Promise<T> => {
      const begun = performance.now();
      const { body } = await asked();
      ms[name] = performance.now() - begun;
      return body;
    };
    const tree = (parent: object): Promise<{ body: { items: TreeItem[] } }> =>
      client.send('sockscope/tree', { view: 'sockets', ...parent }) as Promise<never>;
    const request = { threadId: this.#threadId, startFrame: 0, levels: 20 };
    const { stackFrames } = await timed('stack', () => client.stackTraceRequest(request));
    const frameId = stackFrames[0]!.id;
    const { scopes } = await timed('scopes', () => client.scopesRequest({ frameId }));
    const { variablesReference } = scopes[0]!;
    const { variables } = await timed('locals', () => client.variablesRequest({ variablesReference }));
    const sk = variables.find(({ name }) => name === 'sk');
    if (sk === undefined) throw new Error(`${this.functionName} has no sk`);
    await timed('struct', () => client.variablesRequest({ variablesReference: sk.variablesReference }));
    await timed('evaluate', () =>
      client.evaluateRequest({ expression: EXPRESSION, frameId, context: 'watch' }),
    );
    const { items } = await timed('sockets', () => tree({}));
    const { items: sockets } = await timed('process', () => tree({ parent: items[0]!.id }));
    await timed('socket', () => tree({ parent: sockets.at(-1)!.id }));
    return ms as Record<Inspection, number>;
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
