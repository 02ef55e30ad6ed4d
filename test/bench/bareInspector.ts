/**
 * The same machine's thread under V8's inspector alone: what V8 itself takes for a step, without an adapter, its protocol or
 * its views.
 */
import { performance } from 'node:perf_hooks';
import type { Debugger } from 'node:inspector';
import { Debuggee } from '../../debug-adapter/control/debuggee.ts';
import { plainThread } from '../../debug-adapter/control/machineThread.ts';
import { EXPRESSION, ROOT, PROGRAM, type Line } from './adapterSession.ts';

/** So many steps V8 makes on a way that is one step to the adapter. */
const MOST_STEPS = 20;

type Paused = Debugger.PausedEventDataType;

export class BareInspector {
  readonly #debuggee = new Debuggee(plainThread(ROOT));
  readonly #program: string;
  /** What V8 said when it stopped. */
  #stands: Paused | undefined;
  #onPaused: (paused: Paused) => void = () => {};
  /** Where it stands. */
  line: Line = { path: '', line: 0 };

  constructor(program = PROGRAM) {
    this.#program = program;
    this.#debuggee.client.on('Debugger.paused', (paused) => this.#onPaused(paused));
  }

  /** Start the program; it stops at a line that it gets to. */
  async start(first: Line): Promise<void> {
    await this.#debuggee.boot(
      { programs: [{ file: this.#program }], hosts: {}, ports: [], outside: false, bundle: {}, config: {} },
      [],
    );
    await this.#debuggee.load();
    const breakpointId = await this.#breakAt(first);
    const paused = this.#paused();
    this.#debuggee.run();
    this.#arrived(await paused);
    await this.#debuggee.client.send('Debugger.removeBreakpoint', { breakpointId });
  }
  async stop(): Promise<void> {
    await this.#debuggee.kill();
  }

  async runTo(line: Line): Promise<void> {
    const breakpointId = await this.#breakAt(line);
    await this.#go('Debugger.resume');
    await this.#debuggee.client.send('Debugger.removeBreakpoint', { breakpointId });
  }

  /** One step of V8's; its pause brings the stack and the scopes. @returns ms, and ms with the locals read as well */
  async stepOver(): Promise<{ ms: number; withLocals: number }> {
    const begun = performance.now();
    const { callFrames } = await this.#go('Debugger.stepOver');
    const ms = performance.now() - begun;
    const { objectId } = callFrames[0]!.scopeChain[0]!.object;
    await this.#debuggee.client.send('Runtime.getProperties', { objectId: objectId!, ownProperties: true });
    return { ms, withLocals: performance.now() - begun };
  }

  /** Steps over until it stands there. */
  async stepTo({ path, line }: Line): Promise<void> {
    for (let i = 0; i < MOST_STEPS; i++) {
      await this.#go('Debugger.stepOver');
      if (this.line.path === path && this.line.line === line) return;
    }
    throw new Error(`it does not get to ${path}:${line}`);
  }

  /** The locals, the fields of one, an expression. @returns the ms of each */
  async inspect(): Promise<Record<'locals' | 'struct' | 'evaluate', number>> {
    const { client } = this.#debuggee;
    const { callFrameId, scopeChain } = this.#stands!.callFrames[0]!;
    const begun = performance.now();
    const fieldsOf = (objectId: string) =>
      client.send('Runtime.getProperties', { objectId, ownProperties: true });
    const { result } = await fieldsOf(scopeChain[0]!.object.objectId!);
    const locals = performance.now();
    const sk = result.find(({ name }) => name === 'sk');
    await fieldsOf(sk!.value!.objectId!);
    const struct = performance.now();
    await client.send('Debugger.evaluateOnCallFrame', { callFrameId, expression: EXPRESSION });
    return { locals: locals - begun, struct: struct - locals, evaluate: performance.now() - struct };
  }

  async #go(command: 'Debugger.resume' | 'Debugger.stepOver'): Promise<Paused> {
    const paused = this.#paused();
    await this.#debuggee.client.send(command);
    const there = await paused;
    this.#arrived(there);
    return there;
  }
  #paused(): Promise<Paused> {
    return new Promise((resolve) => (this.#onPaused = resolve));
  }
  #arrived(paused: Paused): void {
    this.#stands = paused;
    const { callFrames } = paused;
    const { scriptId, lineNumber } = callFrames[0]!.location;
    this.line = { path: this.#debuggee.scripts.get(scriptId)?.path ?? '', line: lineNumber + 1 };
  }

  async #breakAt({ path, line }: Line): Promise<string> {
    const { client, scripts } = this.#debuggee;
    const place = { url: scripts.urlOf(path), lineNumber: line - 1 };
    return (await client.send('Debugger.setBreakpointByUrl', place)).breakpointId;
  }
}
