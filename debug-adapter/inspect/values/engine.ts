/**
 * What V8 knows about an object beyond its properties: a promise's state, a proxy's target, private fields.
 * Queried through an inspector session of the machine's own thread, which answers synchronously.
 */
import { Session, type Runtime } from 'node:inspector';
import { types } from 'node:util';
import { hasPlainStack, isProxy, meetsProxy, storedValues } from './peek.ts';

export interface Inner {
  /** `[[PromiseState]]`, `#count`. */
  name: string;
  value?: unknown;
  /** A private property that is computed. */
  get?: (() => unknown) | undefined;
  /** A function's location in V8's numbering: lines and columns from 0. */
  location?: Location | undefined;
  /** A function's scopes, innermost first, with V8's names. */
  scopes?: { title: string; variables: object }[] | undefined;
}
export interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number | undefined;
}
export interface Insides {
  /** In double brackets. */
  internals: Inner[];
  /** `#private`. */
  privates: Inner[];
}

type Remote = Runtime.RemoteObject;
type Properties = Runtime.GetPropertiesReturnType & {
  privateProperties?: { name: string; value?: Remote; get?: Remote }[];
};

/** Remote objects exist for one query. */
const GROUP = 'engine';
const NOTHING: Insides = { internals: [], privates: [] };
/** The inspector finds the transfer object under this name, only during a query. */
const HAND = '$sockscope_hand';

/**
 * Whether V8 would run program code for it. V8 walks an object's prototypes, and reads an error's message.
 */
function isTouchy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false;
  return meetsProxy(value) || (types.isNativeError(value) && !hasPlainStack(value));
}

export class Engine {
  #session: Session | undefined;
  /** Transfers values between this code and the inspector. */
  readonly #hand: { value: unknown } = { value: undefined };
  #handId: string | undefined;

  look(value: object): Insides {
    // V8 reports the other properties too.
    if (isTouchy(value) || storedValues(value).some(isTouchy)) return NOTHING;
    return this.#asking(() => {
      const { internalProperties = [], privateProperties = [] } = this.#properties(this.#idOf(value));
      return {
        internals: internalProperties.map(({ name, value: remote }) => this.#inner(name, remote)),
        privates: privateProperties.map(({ name, value: remote, get }) =>
          get === undefined ? this.#inner(name, remote) : { name, get: this.#valueOf(get) as () => unknown },
        ),
      };
    });
  }
  /** One of V8's internal properties. */
  internal(value: object, name: string): unknown {
    return this.look(value).internals.find((inner) => inner.name === name)?.value;
  }

  end(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    this.#handId = undefined;
  }

  #asking<T>(ask: () => T): T {
    try {
      return ask();
    } finally {
      this.#hand.value = undefined;
      this.#post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    }
  }

  #inner(name: string, remote: Remote | undefined): Inner {
    const subtype = remote?.subtype as string | undefined;
    if (subtype === 'internal#location') return { name, location: remote!.value as Location };
    if (subtype === 'internal#scopeList') {
      const list = this.#valueOf(remote!) as ArrayLike<{ description: string; object: object }>;
      return {
        name,
        scopes: Array.from(list, ({ description: title, object: variables }) => ({ title, variables })),
      };
    }
    return { name, value: remote === undefined ? undefined : this.#valueOf(remote) };
  }
  #idOf(value: object): string {
    this.#hand.value = value;
    const { result } = this.#call('function() { return this.value; }');
    return result.objectId!;
  }
  #valueOf(remote: Remote): unknown {
    if (remote.objectId !== undefined) {
      this.#call('function(value) { this.value = value; }', { objectId: remote.objectId });
      return this.#hand.value;
    }
    const { unserializableValue: text } = remote;
    if (text === undefined) return remote.subtype === 'null' ? null : (remote.value as unknown);
    return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text);
  }
  #properties(objectId: string): Properties {
    return this.#post('Runtime.getProperties', {
      objectId,
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    }) as Properties;
  }
  #call(functionDeclaration: string, ...args: Runtime.CallArgument[]): Runtime.CallFunctionOnReturnType {
    return this.#post('Runtime.callFunctionOn', {
      functionDeclaration,
      objectId: (this.#handId ??= this.#findHand()),
      arguments: args,
      objectGroup: GROUP,
    }) as Runtime.CallFunctionOnReturnType;
  }
  #findHand(): string {
    Object.defineProperty(globalThis, HAND, { value: this.#hand, configurable: true });
    try {
      const { result } = this.#post('Runtime.evaluate', { expression: HAND }) as Runtime.EvaluateReturnType;
      return result.objectId!;
    } finally {
      Reflect.deleteProperty(globalThis, HAND);
    }
  }

  /** A session of the same thread calls back before `post` returns. */
  #post(method: string, params: object): object {
    if (this.#session === undefined) {
      this.#session = new Session();
      this.#session.connect();
    }
    let failure: Error | null = null;
    let answer: object = {};
    this.#session.post(method, params, (error, result) => {
      failure = error;
      answer = result ?? {};
    });
    if (failure !== null)
      throw new Error((failure as Error).message.replace(/^Inspector error [-\d]+: /, ''));
    return answer;
  }
}
