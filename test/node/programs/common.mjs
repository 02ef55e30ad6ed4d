// What the servers and clients of this folder share.
import { Readable } from 'node:stream';

/** A server's log goes to stderr, what a client sees to stdout: each has an order of its own. */
export const log = (...texts) => console.error(...texts);
export const port = Number(process.env.PORT ?? 8000);
export const host = process.env.SERVER_HOST ?? '127.0.0.1';
/** The server is there when a client starts, except on the machine, where both start together. */
export const serverIsUp = () => new Promise((resolve) => setTimeout(resolve, 100));

/** A promise, and the function that fulfils it. */
export function signal() {
  let give;
  const given = new Promise((resolve) => (give = resolve));
  return { give, given };
}

/** A megabyte in parts. */
export function largeParts() {
  return Readable.from(
    (function* () {
      for (let i = 0; i < 64; i++) yield Buffer.alloc(16_384, i);
    })(),
  );
}
