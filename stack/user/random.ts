/** Random numbers of programs: all of them come from the world's seed. */
import { random_fraction } from '../lib/random.ts';
import type { World } from '../world/world.ts';

/** node:crypto's random functions. */
export function worldRandom(world: World) {
  const fill = <View extends NodeJS.ArrayBufferView | ArrayBuffer>(
    view: View,
    from = 0,
    count?: number,
  ): View => {
    const start = 'byteOffset' in view ? view.byteOffset : 0;
    const bytes = new Uint8Array('buffer' in view ? view.buffer : view, start, view.byteLength);
    const end = count === undefined ? bytes.length : from + count;
    for (let i = from; i < end; i++) bytes[i] = Math.floor(random_fraction(world) * 256);
    return view;
  };
  type Answer<T> = (error: null, value: T) => void;
  const answer = <T>(value: T, callback: unknown): T | undefined => {
    if (typeof callback !== 'function') return value;
    globalThis.setImmediate(() => (callback as Answer<T>)(null, value));
    return undefined;
  };
  const randomBytes = (size: number, callback?: Answer<Buffer>) => answer(fill(Buffer.alloc(size)), callback);
  const randomFill = (view: NodeJS.ArrayBufferView, ...more: unknown[]) => {
    const [from, count] = more.filter((value) => typeof value === 'number');
    answer(fill(view, from, count), more.at(-1));
  };
  const randomUUID = () => {
    const bytes = fill(Buffer.alloc(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };
  const randomInt = (min: number, ...more: (number | Answer<number>)[]) => {
    const [max] = more;
    const [from, to] = typeof max === 'number' ? [min, max] : [0, min];
    return answer(from + Math.floor(random_fraction(world) * (to - from)), more.at(-1));
  };
  const getRandomValues = <View extends NodeJS.ArrayBufferView>(view: View) => fill(view);
  return { randomBytes, randomFill, randomUUID, randomInt, randomFillSync: fill, getRandomValues };
}

/** Replaces the functions of the global `crypto`. Outside of every process they stay the host's. */
export function install_web_random(world: World): void {
  const prototype = Object.getPrototypeOf(globalThis.crypto) as typeof globalThis.crypto;
  const { getRandomValues, randomUUID } = prototype;
  const own = worldRandom(world);
  prototype.getRandomValues = function (view) {
    // The host's function checks what it is given.
    getRandomValues.call(this, view);
    if (world.current !== null) own.getRandomValues(view as NodeJS.ArrayBufferView);
    return view;
  };
  prototype.randomUUID = function () {
    return world.current === null
      ? randomUUID.call(this)
      : (own.randomUUID() as ReturnType<typeof randomUUID>);
  };
}
