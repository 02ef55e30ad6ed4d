/**
 * Node's native classes in this thread, through which its modules reach the host's network. Each thread has
 * its own.
 */

/** The parts of Node's bindings that programs reach. */
export interface Bindings {
  tcp_wrap: { TCP: NativeClass; constants: { SOCKET: number; SERVER: number } };
  udp_wrap: { UDP: NativeClass };
  pipe_wrap: { Pipe: NativeClass };
  tls_wrap: { wrap: (...args: unknown[]) => object };
  js_stream: { JSStream: NativeClass };
  stream_wrap: {
    streamBaseState: Int32Array;
    kReadBytesOrError: number;
    kArrayBufferOffset: number;
    kBytesWritten: number;
    kLastWriteWasAsync: number;
  };
  zlib: Record<string, unknown>;
  cares_wrap: Record<string, unknown> & { ChannelWrap: NativeClass };
}
export interface NativeClass {
  new (...args: unknown[]): NativeHandle;
  prototype: NativeHandle;
}
export type NativeHandle = Record<PropertyKey, unknown>;
type Method = (this: NativeHandle, ...args: never[]) => unknown;

/** @throws Error in a Node that no longer has this binding */
export function binding<Name extends keyof Bindings>(name: Name): Bindings[Name] {
  return (process as unknown as { binding(name: string): unknown }).binding(name) as Bindings[Name];
}

/** A handle that has been used outside of every process is the host's own for good. */
const OF_HOST = Symbol('of the host');

function belongs(handle: NativeHandle, isOurs: (handle: NativeHandle) => boolean): boolean {
  if (handle[OF_HOST] === true) return false;
  if (isOurs(handle)) return true;
  handle[OF_HOST] = true;
  return false;
}

/** The method that a replaced one stands for. */
const NATIVE = Symbol('native');
/** The host frees a handle only when it is closed. */
export function close_native(handle: NativeHandle): void {
  const { close } = handle as { close: { [NATIVE]?: () => void } };
  close[NATIVE]?.call(handle);
}

/**
 * Replace methods of a native class. A handle of the host's own keeps the original ones.
 *
 * @param isOurs whether a handle belongs to a machine
 */
export function replaceMethods(
  prototype: NativeHandle,
  isOurs: (handle: NativeHandle) => boolean,
  methods: Record<string, Method>,
): void {
  for (const [name, method] of Object.entries(methods)) {
    const original = prototype[name] as ((...args: unknown[]) => unknown) | undefined;
    const replaced = {
      [name](this: NativeHandle, ...args: never[]): unknown {
        return belongs(this, isOurs) ? method.apply(this, args) : original?.apply(this, args);
      },
    }[name]!;
    const value = Object.assign(replaced, { [NATIVE]: original });
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  }
}

/** Replace properties that a native class computes, in the same way. */
export function replaceGetters(
  prototype: NativeHandle,
  isOurs: (handle: NativeHandle) => boolean,
  getters: Record<string, (handle: NativeHandle) => unknown>,
): void {
  for (const [name, getter] of Object.entries(getters)) {
    const original = descriptor(prototype, name);
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: NativeHandle): unknown {
        return belongs(this, isOurs) ? getter(this) : (original?.get?.call(this) ?? original?.value);
      },
    });
  }
}
function descriptor(prototype: object, name: string): PropertyDescriptor | undefined {
  for (
    let from: object | null = prototype;
    from !== null;
    from = Object.getPrototypeOf(from) as object | null
  ) {
    const found = Object.getOwnPropertyDescriptor(from, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
