/** An inspector session of the machine's own thread, which answers synchronously. */
import { Session, type Debugger, type Runtime } from 'node:inspector';
import { EVALUATED_URL } from '../codeKinds.ts';

export type Remote = Runtime.RemoteObject;

/** The inspector finds the transfer object under this name, only during a query. */
const HAND = '$sockscope_hand';
/** What is asked for here exists for one query. */
const GROUP = 'engine';

export class OwnInspector {
  #session: Session | undefined;
  /** Transfers values between this code and the inspector. */
  readonly #hand: { value: unknown } = { value: undefined };
  #handId: string | undefined;

  /** What asks for remote objects, which exist until it returns. */
  asking<T>(ask: () => T): T {
    try {
      return ask();
    } finally {
      this.#hand.value = undefined;
      this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    }
  }
  idOf(value: object): string {
    this.#hand.value = value;
    const { result } = this.#call('function() { return this.value; }');
    return result.objectId!;
  }
  valueOf(remote: Remote): unknown {
    if (remote.objectId !== undefined) {
      this.#call('function(value) { this.value = value; }', { objectId: remote.objectId });
      return this.#hand.value;
    }
    const { unserializableValue: text } = remote;
    if (text === undefined) return remote.subtype === 'null' ? null : (remote.value as unknown);
    return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text);
  }
  #call(declaration: string, ...args: Runtime.CallArgument[]): Runtime.CallFunctionOnReturnType {
    return this.post('Runtime.callFunctionOn', {
      // V8 pauses in here if the adapter has asked for a pause or a step, and nobody could let it go on: it does not pause in
      // files that it skips.
      functionDeclaration: `${declaration}\n//# sourceURL=${EVALUATED_URL}\n`,
      objectId: (this.#handId ??= this.#findHand()),
      arguments: args,
      objectGroup: GROUP,
    }) as Runtime.CallFunctionOnReturnType;
  }
  #findHand(): string {
    Object.defineProperty(globalThis, HAND, { value: this.#hand, configurable: true });
    try {
      const asked = { expression: HAND, disableBreaks: true };
      const { result } = this.post('Runtime.evaluate', asked) as Runtime.EvaluateReturnType;
      return result.objectId!;
    } finally {
      Reflect.deleteProperty(globalThis, HAND);
    }
  }

  /** Starts to debug, as a second debugger. @returns the frames, if V8 is paused */
  debug(): Debugger.CallFrame[] | undefined {
    let frames: Debugger.CallFrame[] | undefined;
    const paused = ({ params }: { params: Debugger.PausedEventDataType }): void => {
      frames = params.callFrames;
    };
    const session = this.#connected();
    // V8 tells whoever comes while it is paused.
    session.on('Debugger.paused', paused);
    this.post('Debugger.enable', {});
    session.off('Debugger.paused', paused);
    return frames;
  }

  /** A session of the same thread calls back before `post` returns. @throws V8's refusal */
  post(method: string, params: object): object {
    let failure: Error | null = null;
    let answer: object = {};
    this.#connected().post(method, params, (error, result) => {
      failure = error;
      answer = result ?? {};
    });
    if (failure !== null)
      throw new Error((failure as Error).message.replace(/^Inspector error [-\d]+: /, ''));
    return answer;
  }
  #connected(): Session {
    if (this.#session === undefined) {
      this.#session = new Session();
      this.#session.connect();
    }
    return this.#session;
  }

  end(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    this.#handId = undefined;
  }
}
