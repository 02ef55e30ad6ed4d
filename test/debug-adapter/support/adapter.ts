/** A debug adapter under test, over its own stdio, and what a client would do with it. */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SockscopeRequests, TreeItem, TreeView } from '../../../debug-adapter/protocol.ts';
import { ADAPTER } from './paths.ts';

export type Stopped = DebugProtocol.StoppedEvent['body'];
/** An answer that takes longer than this is late, whatever is asked. */
const LATE_MS = 15_000;

export class Adapter {
  readonly client: DebugClient;
  /** The thread and the frame that the last stop was in. */
  thread = 0;
  frame = 0;
  /** What was written, by category. */
  readonly output: { category: string; text: string; line: number | undefined }[] = [];
  #stops: (Stopped | 'terminated')[] = [];
  #waiting: ((stop: Stopped | 'terminated') => void) | undefined;

  /** @param program what runs the adapter in place of node, and its argument: a script that ends as node does */
  constructor(program: readonly [string, string] = [process.execPath, ADAPTER]) {
    this.client = new DebugClient(...program, 'sockscope', undefined, true);
    this.client.defaultTimeout = LATE_MS;
    this.client.on('output', ({ body }: DebugProtocol.OutputEvent) =>
      this.output.push({ category: body.category ?? 'console', text: body.output, line: body.line }),
    );
    this.client.on('stopped', ({ body }: DebugProtocol.StoppedEvent) => this.#arrived(body));
    this.client.on('terminated', () => this.#arrived('terminated'));
  }

  async start(): Promise<this> {
    await this.client.start();
    return this;
  }

  /** Introduce a client, in its language perhaps. */
  initialize(
    client: Partial<DebugProtocol.InitializeRequestArguments> = {},
  ): Promise<DebugProtocol.InitializeResponse> {
    return this.client.initializeRequest({ adapterID: 'sockscope', pathFormat: 'path', ...client });
  }

  /** Initialize, launch, set up, and let it run. */
  async launch(
    args: Record<string, unknown>,
    setUp: (adapter: this) => Promise<unknown> = async () => {},
    client: Partial<DebugProtocol.InitializeRequestArguments> = {},
  ): Promise<void> {
    await this.initialize(client);
    const initialized = this.client.waitForEvent('initialized', LATE_MS);
    const launched = this.request('launch', args);
    await Promise.race([initialized, launched]);
    await setUp(this);
    await this.request('configurationDone');
    await launched;
  }

  /** Send a request. Rejects with the adapter's message. */
  async request<Body = unknown>(command: string, args?: object): Promise<Body> {
    const response = await this.client.send(command, args);
    return response.body as Body;
  }
  custom<Name extends keyof SockscopeRequests>(
    name: Name,
    args: SockscopeRequests[Name]['arguments'],
  ): Promise<SockscopeRequests[Name]['response']> {
    return this.request(name, args);
  }

  #arrived(stop: Stopped | 'terminated'): void {
    if (this.#waiting === undefined) this.#stops.push(stop);
    else this.#waiting(stop);
    this.#waiting = undefined;
  }
  /** The next stop, or the end. */
  async stopped(): Promise<Stopped | 'terminated'> {
    const stop =
      this.#stops.shift() ??
      (await new Promise<Stopped | 'terminated'>((resolve) => (this.#waiting = resolve)));
    if (stop === 'terminated') return stop;
    this.thread = stop.threadId ?? 0;
    const [top] = await this.stack(this.thread, 1);
    this.frame = top?.id ?? 0;
    return stop;
  }
  /** Go on, and say where it stops. */
  async go(
    command: 'continue' | 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'reverseContinue',
    more: object = {},
  ): Promise<Stopped | 'terminated'> {
    const stop = this.stopped();
    await this.request(command, { threadId: this.thread, ...more });
    return stop;
  }

  async stack(threadId = this.thread, levels = 0): Promise<DebugProtocol.StackFrame[]> {
    const { stackFrames } = await this.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', {
      threadId,
      levels,
    });
    return stackFrames;
  }
  async threads(): Promise<DebugProtocol.Thread[]> {
    return (await this.request<DebugProtocol.ThreadsResponse['body']>('threads')).threads;
  }
  async scopes(frameId = this.frame): Promise<DebugProtocol.Scope[]> {
    return (await this.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId })).scopes;
  }
  async variables(variablesReference: number): Promise<DebugProtocol.Variable[]> {
    return (await this.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference }))
      .variables;
  }
  /** A variable by its path from a scope: 'Locals', 'sk', 'sock_common', 'skc_state'. */
  async variable(...path: string[]): Promise<DebugProtocol.Variable> {
    const [scopeName, ...names] = path;
    const scope = (await this.scopes()).find(({ name }) => name === scopeName);
    let reference = scope?.variablesReference ?? 0;
    let found: DebugProtocol.Variable | undefined;
    for (const name of names) {
      found = (await this.variables(reference)).find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no ${name} on the path ${path.join(' > ')}`);
      reference = found.variablesReference;
    }
    if (found === undefined) throw new Error(`there is no scope ${scopeName}`);
    return found;
  }
  /** In the last stop's frame, if it has one: where all is idle nothing is called. */
  async evaluate(expression: string, context = 'repl'): Promise<string> {
    const body = await this.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
      expression,
      context,
      ...(this.frame !== 0 && { frameId: this.frame }),
    });
    return body.result;
  }

  async tree(view: TreeView, parent?: string): Promise<TreeItem[]> {
    return (await this.custom('sockscope/tree', parent === undefined ? { view } : { view, parent })).items;
  }

  #over = false;
  /** End it from inside: the process ends by itself. */
  async disconnect(): Promise<void> {
    this.#over = true;
    await this.request('disconnect', {});
  }
  async stop(): Promise<void> {
    if (!this.#over) await this.client.stop();
  }
}

/** Use an adapter, and end it whatever happens. */
export async function withAdapter<T>(use: (adapter: Adapter) => Promise<T>): Promise<T> {
  const adapter = await new Adapter().start();
  try {
    return await use(adapter);
  } finally {
    await adapter.stop();
  }
}
