/** What of Node's HTTP/2 depends on the host's clock: the date of a response, and the classes that have time-outs. */
import { is_date } from './http.ts';
import type { uv_loop } from './uv/loop.ts';

/** The prototypes of sessions and of streams, which Node does not export. */
export interface Http2Prototypes {
  session: object;
  stream: object;
}

/**
 * A session and a stream show their classes. Nothing is at the other end of their connection and answers: they set
 * no timer, nobody refers to them, and V8 collects them.
 */
export function http2_prototypes(): Http2Prototypes {
  const { Duplex } = process.getBuiltinModule('stream');
  const nowhere = new Duplex({ read() {}, write() {} });
  const { connect } = process.getBuiltinModule('http2');
  const session = connect('http://nowhere', { createConnection: () => nowhere });
  return {
    session: owner_of('setTimeout', session),
    stream: owner_of('setTimeout', session.request()),
  };
}
/** The prototype that has a method. */
function owner_of(name: string, object: object): object {
  let owner = object;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}

type Emit = (this: object, event: string, ...args: unknown[]) => boolean;
type Headers = Record<string, unknown> | unknown[] | undefined;
type Respond = (this: object, headers?: Headers, options?: { sendDate?: boolean }) => void;
type RespondWith = (this: object, body: unknown, headers?: Headers, options?: { sendDate?: boolean }) => void;
interface ServerStreamPrototype {
  respond: Respond;
  respondWithFD: RespondWith;
  respondWithFile: RespondWith;
}

/** Responses of programs have the machine's date. */
export function install_http2_date(current: () => uv_loop | null, { session }: Http2Prototypes): void {
  const sessions = session as { emit: Emit };
  const { emit } = sessions;
  let is_found = false;
  // The class of a server's streams is known when the first one comes.
  sessions.emit = function (event, ...args) {
    if (event === 'stream' && !is_found) {
      is_found = true;
      date_responses(owner_of('respond', args[0] as object) as ServerStreamPrototype);
    }
    return emit.call(this, event, ...args);
  };
  const date_responses = (stream: ServerStreamPrototype): void => {
    const { respond } = stream;
    stream.respond = function (headers, options) {
      respond.call(this, dated(headers, options), options);
    };
    for (const name of ['respondWithFD', 'respondWithFile'] as const) {
      const original = stream[name];
      stream[name] = function (body, headers, options) {
        original.call(this, body, dated(headers, options), options);
      };
    }
  };
  const dated = (headers: Headers, options: { sendDate?: boolean } | undefined): Headers => {
    if (current() === null || options?.sendDate === false) return headers;
    const date = new Date().toUTCString();
    // Names and values in turn.
    if (Array.isArray(headers)) return headers.some(is_date) ? headers : [...headers, 'date', date];
    return Object.keys(headers ?? {}).some(is_date) ? headers : { ...headers, date };
  };
}
