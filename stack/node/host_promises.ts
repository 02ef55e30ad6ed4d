/**
 * Promises of Node that threads of the host fulfil, without a handle of the program's loop: web crypto, and the
 * bytes of blobs. They are questions to the host, for whose answers the world waits.
 */
import { ask_host } from '../user/host_calls.ts';
import type { World } from '../world/world.ts';

type Asking = (this: unknown, ...args: unknown[]) => Promise<unknown>;

export function install_host_promises(world: World): void {
  const ask_all = (prototype: object, type: string, names: readonly string[]): void => {
    const methods = prototype as Record<string, Asking>;
    for (const name of names) {
      const native = methods[name]!;
      methods[name] = function (...args) {
        if (world.current === null) return native.apply(this, args);
        return ask_host(world, `${type}.${name}`, () => native.apply(this, args));
      };
    }
  };
  const subtle = Object.getPrototypeOf(globalThis.crypto.subtle) as object;
  ask_all(subtle, 'SubtleCrypto', functions_of(subtle));
  ask_all(Blob.prototype, 'Blob', ['arrayBuffer']);
  const { stream, text } = Blob.prototype;
  Blob.prototype.stream = function () {
    return world.current === null ? stream.call(this) : stream_of(this);
  };
  Blob.prototype.text = async function () {
    return world.current === null ? text.call(this) : new TextDecoder().decode(await this.arrayBuffer());
  };
}

/** Methods that answer by a promise: `supports()` of newer versions answers at once, and is static. */
function functions_of(prototype: object): string[] {
  const all = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return all
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .map(([name]) => name);
}

function stream_of(blob: Blob): ReturnType<Blob['stream']> {
  return new ReadableStream({
    type: 'bytes',
    async start(controller) {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
