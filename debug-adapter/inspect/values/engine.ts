/**
 * What V8 knows about an object beyond its properties: a promise's state, a proxy's target, private fields.
 * Queried through an inspector session of the machine's own thread, which answers synchronously.
 */
import type { Runtime } from 'node:inspector';
import { types } from 'node:util';
import { OwnInspector, type Remote } from './ownInspector.ts';
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

type Properties = Runtime.GetPropertiesReturnType & {
  privateProperties?: { name: string; value?: Remote; get?: Remote }[];
};

const NOTHING: Insides = { internals: [], privates: [] };

/**
 * Whether V8 would run program code for it. V8 walks an object's prototypes, and reads an error's message.
 */
function isTouchy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false;
  return meetsProxy(value) || (types.isNativeError(value) && !hasPlainStack(value));
}

export class Engine {
  readonly #inspector = new OwnInspector();

  look(value: object): Insides {
    // V8 reports the other properties too.
    if (isTouchy(value) || storedValues(value).some(isTouchy)) return NOTHING;
    return this.#inspector.asking(() => {
      const { internalProperties = [], privateProperties = [] } = this.#properties(
        this.#inspector.idOf(value),
      );
      return {
        internals: internalProperties.map(({ name, value: remote }) => this.#inner(name, remote)),
        privates: privateProperties.map(({ name, value: remote, get }) =>
          get === undefined
            ? this.#inner(name, remote)
            : { name, get: this.#inspector.valueOf(get) as () => unknown },
        ),
      };
    });
  }
  /** One of V8's internal properties. */
  internal(value: object, name: string): unknown {
    return this.look(value).internals.find((inner) => inner.name === name)?.value;
  }

  end(): void {
    this.#inspector.end();
  }

  #inner(name: string, remote: Remote | undefined): Inner {
    const subtype = remote?.subtype as string | undefined;
    if (subtype === 'internal#location') return { name, location: remote!.value as Location };
    if (subtype === 'internal#scopeList') {
      const list = this.#inspector.valueOf(remote!) as ArrayLike<{ description: string; object: object }>;
      return {
        name,
        scopes: Array.from(list, ({ description: title, object: variables }) => ({ title, variables })),
      };
    }
    return { name, value: remote === undefined ? undefined : this.#inspector.valueOf(remote) };
  }
  #properties(objectId: string): Properties {
    return this.#inspector.post('Runtime.getProperties', {
      objectId,
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    }) as Properties;
  }
}
