/** node:timers/promises on the world's timers. */

interface TimerOptions {
  signal?: AbortSignal;
  /** false: the timer does not keep the program running. */
  ref?: boolean;
}
/** Sets a timer of the program, and returns it. */
type Start = (callback: () => void) => { unref(): unknown };

function abort_error(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}

/** A promise that a timer fulfils, if `signal` does not abort it before. */
function once<T>(value: T, options: TimerOptions, start: Start, clear: (timer: unknown) => void): Promise<T> {
  const { signal, ref = true } = options;
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(abort_error(signal));
    const timer = start(() => {
      signal?.removeEventListener('abort', cancel);
      resolve(value);
    });
    if (!ref) timer.unref();
    const cancel = (): void => {
      clear(timer);
      reject(abort_error(signal!));
    };
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

async function* repeated<T>(ms: number | undefined, value: T, options: TimerOptions): AsyncGenerator<T> {
  const { signal, ref = true } = options;
  let due = 0;
  let wake = (): void => {};
  const timer = globalThis.setInterval(() => {
    due++;
    wake();
  }, ms);
  if (!ref) timer.unref();
  const cancel = (): void => wake();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw abort_error(signal);
      if (due === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (; due > 0; due--) yield value;
    }
  } finally {
    globalThis.clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** The globals are the world's by the time that a program calls these functions. */
export const timerPromises = {
  setTimeout: <T>(ms?: number, value?: T, options: TimerOptions = {}) =>
    once(
      value,
      options,
      (callback) => globalThis.setTimeout(callback, ms),
      (timer) => globalThis.clearTimeout(timer as NodeJS.Timeout),
    ),
  setImmediate: <T>(value?: T, options: TimerOptions = {}) =>
    once(
      value,
      options,
      (callback) => globalThis.setImmediate(callback),
      (timer) => globalThis.clearImmediate(timer as NodeJS.Immediate),
    ),
  setInterval: <T>(ms?: number, value?: T, options: TimerOptions = {}) => repeated(ms, value, options),
  scheduler: {
    wait: (ms: number, options: TimerOptions = {}) => timerPromises.setTimeout(ms, undefined, options),
    yield: () => timerPromises.setImmediate(),
  },
};
