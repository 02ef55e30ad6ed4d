/** Native add-ons of programs: machine code that could reach the host's network behind the machine's back. */
import { readFileSync } from 'node:fs';

/**
 * Functions by which an add-on opens sockets or starts processes of the host, and Windows' library of them: its
 * file names those that it calls.
 */
const OPENS_SOCKETS = [
  ...['socket', 'getaddrinfo', 'uv_tcp_init', 'uv_udp_init', 'uv_pipe_init', 'uv_spawn'].map(name_ending),
  'WS2_32.dll',
];
/** Functions by which it works in threads of the host. */
const USES_THREADS = [
  ...['napi_create_async_work', 'napi_create_threadsafe_function', 'uv_queue_work', 'uv_async_init'],
].map(name_ending);

/** As a symbol table has it, where a name may be the end of a longer one. */
function name_ending(name: string): string {
  return `${name}\0`;
}

/** The host's: a program has a `process` of its own. */
const host = process;
/** Node's code for an add-on that cannot be loaded: packages that can do without go on. */
const DLOPEN_FAILED = 'ERR_DLOPEN_FAILED';

/**
 * Load an add-on into a CommonJS module.
 *
 * @throws Error if it opens sockets or starts processes, of which the machine would see nothing
 */
export function load_addon(module: { exports: unknown }, file: string): void {
  const binary = readFileSync(file);
  const found = (names: readonly string[]) =>
    names.find((name) => binary.includes(name))?.replace('\0', '()');
  const socket = found(OPENS_SOCKETS);
  if (socket !== undefined)
    throw Object.assign(
      new Error(
        `${file}: this native add-on would act outside of the machine, unseen (it calls ${socket}): use a package in JavaScript instead`,
      ),
      { code: DLOPEN_FAILED },
    );
  const thread = found(USES_THREADS);
  if (thread !== undefined)
    process.emitWarning(
      `${file}: this native add-on works in threads of the host (it calls ${thread}), for which the machine's time does not wait`,
    );
  host.dlopen(module, file);
}
