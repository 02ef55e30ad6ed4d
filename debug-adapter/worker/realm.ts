/**
 * The thread's JavaScript realm as it is before a world begins in it: what a world and its programs put into the globals,
 * and into what these lead to, is taken out again, so that the next world finds nothing of it.
 */
import { types } from 'node:util';

/** As they are before any program can replace them. */
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, setPrototypeOf, isExtensible } =
  Reflect;
const { getPrototypeOf } = Object;

/** An object as it was. */
interface Remembered {
  prototype: object | null;
  isExtensible: boolean;
  properties: Map<PropertyKey, PropertyDescriptor>;
}

/** Intrinsic objects to which no global leads. */
const INTRINSICS: readonly object[] = [
  async () => {},
  function* () {},
  async function* () {},
  [][Symbol.iterator](),
  ''[Symbol.iterator](),
  new Map()[Symbol.iterator](),
  new Set()[Symbol.iterator](),
  /./[Symbol.matchAll](''),
].map((one) => getPrototypeOf(one) as object);

/** Symbols by which one program could find what another has left; Node keeps things of its own under further ones. */
const WELL_KNOWN: ReadonlySet<PropertyKey> = new Set(
  Object.getOwnPropertyNames(Symbol)
    .map((name) => (Symbol as unknown as Record<string, unknown>)[name])
    .filter((value) => typeof value === 'symbol'),
);

/**
 * Globals whose classes are in undici, which Node 24 loads as soon as one of them is only described. Loaded outside of the
 * world, it makes the run of a Node program another one than a run without the debugger.
 */
const OF_UNDICI: ReadonlySet<PropertyKey> = new Set([
  ...['FormData', 'Headers', 'Request', 'Response'],
  ...['MessageEvent', 'CloseEvent', 'WebSocket', 'EventSource'],
]);
/** Node's own list of what it has loaded. */
const { moduleLoadList = [] } = process as { moduleLoadList?: string[] };
function isUndiciLoaded(): boolean {
  return moduleLoadList.includes('NativeModule internal/deps/undici/undici');
}

/** The adapter's messages come by ports, and files of the code may not be closed yet. */
const OWN_RESOURCES: readonly string[] = ['MessagePort', 'CloseReq'];
/** Whether the host has something under way for a program, such as a timer that it has set before the world had its own. */
function isUnderWay(): boolean {
  return process.getActiveResourcesInfo().some((resource) => !OWN_RESOURCES.includes(resource));
}

export class Realm {
  readonly #objects = new Map<object, Remembered>();
  readonly #environment = { ...process.env };
  #hadUndici = isUndiciLoaded();
  #hasModules = false;

  constructor() {
    // Node creates these when they are first asked for; a world changes them.
    const { crypto, AbortSignal, performance, Blob } = globalThis;
    const { SubtleCrypto } = globalThis as unknown as { SubtleCrypto: object };
    const late = [crypto, AbortSignal, performance, Blob, SubtleCrypto];
    for (const root of [globalThis, process, ...INTRINSICS, ...late]) this.#remember(root);
  }

  /** What modules of Node export and a program may change, before the first one that does. */
  rememberModules(exports: readonly object[]): void {
    if (this.#hasModules) return;
    this.#hasModules = true;
    for (const each of exports) this.#remember(each);
    // Whoever adapts Node's modules loads undici, which gives the global a property that nothing takes away.
    this.#hadUndici = isUndiciLoaded();
    const { properties } = this.#objects.get(globalThis)!;
    for (const [key, property] of propertiesOf(globalThis))
      if (property.configurable !== true && !properties.has(key)) properties.set(key, property);
  }

  #remember(value: unknown): void {
    if (!isWalked(value) || this.#objects.has(value)) return;
    const properties = new Map(propertiesOf(value));
    const prototype = getPrototypeOf(value) as object | null;
    this.#objects.set(value, { prototype, isExtensible: isExtensible(value), properties });
    this.#remember(prototype);
    for (const { value: held, get, set } of properties.values())
      for (const one of [held, get, set]) this.#remember(one);
  }

  /** Make it as it was. @returns whether that could be done */
  restore(): boolean {
    if (isUndiciLoaded() !== this.#hadUndici || isUnderWay()) return false;
    try {
      for (const [object, remembered] of this.#objects) restore(object, remembered);
      for (const name of Object.keys(process.env))
        if (!(name in this.#environment)) deleteProperty(process.env, name);
      Object.assign(process.env, this.#environment);
      process.exitCode = undefined;
      return true;
    } catch {
      // Something was frozen, or cannot be deleted.
      return false;
    }
  }
}

/** Those of process.env are the host's, and those of a proxy are whatever it says. */
function isWalked(value: unknown): value is object {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    !types.isProxy(value) &&
    !ArrayBuffer.isView(value) &&
    value !== process.env &&
    value !== moduleLoadList
  );
}

function propertiesOf(object: object): [PropertyKey, PropertyDescriptor][] {
  return ownKeys(object)
    .filter((key) => object !== globalThis || !OF_UNDICI.has(key))
    .filter((key) => typeof key === 'string' || WELL_KNOWN.has(key) || Symbol.keyFor(key) !== undefined)
    .map((key) => [key, getOwnPropertyDescriptor(object, key)!]);
}

/** @throws TypeError if it cannot be done */
function restore(object: object, { prototype, isExtensible: wasExtensible, properties }: Remembered): void {
  const check = (isDone: boolean): void => {
    if (!isDone) throw new TypeError();
  };
  check(isExtensible(object) === wasExtensible);
  if (getPrototypeOf(object) !== prototype) check(setPrototypeOf(object, prototype));
  for (const [key, now] of propertiesOf(object)) {
    const before = properties.get(key);
    if (before === undefined) check(deleteProperty(object, key));
    else if (!isSame(now, before)) check(defineProperty(object, key, before));
  }
  for (const [key, before] of properties)
    if (getOwnPropertyDescriptor(object, key) === undefined) check(defineProperty(object, key, before));
}

function isSame(one: PropertyDescriptor, other: PropertyDescriptor): boolean {
  return (
    Object.is(one.value, other.value) &&
    one.get === other.get &&
    one.set === other.set &&
    one.writable === other.writable &&
    one.enumerable === other.enumerable &&
    one.configurable === other.configurable
  );
}
