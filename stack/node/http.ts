/** What of Node's HTTP depends on the host's clock: the Date header, and the time that a request may take. */
import type { World } from '../world/world.ts';
import type { uv_loop } from './uv/loop.ts';

interface OutgoingMessage {
  sendDate: boolean;
  _header: string | null;
  _storeHeader(firstLine: string, headers: unknown): void;
}

/** @param current the loop of the process that runs; null: none does, or it has none */
export function install_http(current: () => uv_loop | null): void {
  install_date(current);
  install_connections_list(current);
}

const DATE = '\r\nDate: ';

/** Node writes the host's time into the Date header: it is replaced by the machine's. */
function install_date(current: () => uv_loop | null): void {
  let text = '';
  let text_second = -1;
  // Made once a second, as Node does.
  const date = ({ time_ns }: World): string => {
    const second = Math.floor(time_ns / 1e9);
    if (second !== text_second) text = new Date().toUTCString();
    text_second = second;
    return text;
  };
  const { OutgoingMessage } = process.getBuiltinModule('http');
  const prototype = OutgoingMessage.prototype as unknown as OutgoingMessage;
  const store = prototype._storeHeader;
  prototype._storeHeader = function (firstLine, headers) {
    store.call(this, firstLine, headers);
    const loop = current();
    if (loop === null || !this.sendDate || this._header === null) return;
    const at = this._header.indexOf(DATE);
    if (at < 0 || has_date(headers)) return;
    const end = this._header.indexOf('\r\n', at + DATE.length);
    this._header =
      this._header.slice(0, at + DATE.length) + date(loop.machine.world) + this._header.slice(end);
  };
}

/** Whether the program writes this header itself: an object, pairs, or names and values in turn. */
function has_date(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  const names: unknown[] = Array.isArray(headers)
    ? headers.map((one: unknown, i) => (Array.isArray(one) ? (one[0] as unknown) : i % 2 === 0 ? one : ''))
    : Object.keys(headers);
  return names.some(is_date);
}
/** Whether this is the name of the Date header. */
export function is_date(name: unknown): boolean {
  return typeof name === 'string' && name.length === 4 && name.toLowerCase() === 'date';
}

/** When a parser's request began, in ns of the world's time, and in which order the requests began. */
const BEGAN_NS = Symbol('began_ns');
const TURN = Symbol('turn');
/** The loop whose process has the parser. */
const LOOP = Symbol('loop');

interface Parser {
  [BEGAN_NS]?: number;
  [TURN]?: number;
  [LOOP]?: uv_loop | undefined;
  initialize(...args: unknown[]): void;
  /** It waits for another connection. */
  free(): void;
  close(): void;
  /** The request whose headers are complete. */
  incoming: object | null;
}
interface ParserClass {
  prototype: Parser & Record<number, (this: Parser) => void>;
  kOnMessageBegin: number;
}
interface ConnectionsList {
  all(): Parser[];
  idle(): Parser[];
  active(): Parser[];
  expired(headers_ms: number, request_ms: number): Parser[];
}

/**
 * A server looks from time to time for requests that take too long, and closes connections that are idle.
 * Node's native list of them knows when requests began by the host's clock; here it is the machine's.
 */
function install_connections_list(current: () => uv_loop | null): void {
  const { HTTPParser } = process.getBuiltinModule('_http_common') as unknown as { HTTPParser: ParserClass };
  let next_turn = 0;
  const begin = (parser: Parser): void => {
    parser[BEGAN_NS] = current()?.machine.world.now_ns ?? 0;
    parser[TURN] = next_turn++;
  };
  const parser = HTTPParser.prototype;
  const { initialize, free, close } = parser;
  parser.initialize = function (...args) {
    begin(this);
    const loop = current();
    if (loop !== null) {
      this[LOOP] = loop;
      loop.natives.set(this, () => close.call(this));
    }
    initialize.apply(this, args);
  };
  const leave = (one: Parser): void => {
    one[LOOP]?.natives.delete(one);
    one[LOOP] = undefined;
  };
  parser.free = function () {
    leave(this);
    free.call(this);
  };
  parser.close = function () {
    leave(this);
    close.call(this);
  };
  parser[HTTPParser.kOnMessageBegin] = function () {
    begin(this);
  };
  const list = connections_list_prototype();
  for (const name of ['all', 'idle', 'active'] as const) {
    const native = list[name];
    list[name] = function () {
      const parsers = native.call(this);
      // Node has idle ones in the order of their addresses in memory, which differs from run to run.
      return current() === null ? parsers : parsers.sort((a, b) => a[TURN]! - b[TURN]!);
    };
  }
  const { expired } = list;
  list.expired = function (headers_ms, request_ms) {
    const loop = current();
    if (loop === null) return expired.call(this, headers_ms, request_ms);
    const { now_ns } = loop.machine.world;
    return this.active().filter((one) => {
      const elapsed_ms = (now_ns - (one[BEGAN_NS] ?? now_ns)) / 1e6;
      const is_late = request_ms > 0 && elapsed_ms > request_ms;
      return is_late || (headers_ms > 0 && !one.incoming && elapsed_ms > headers_ms);
    });
  };
}

/** Node makes the list of a server's connections when the server begins to listen. */
function connections_list_prototype(): ConnectionsList {
  const server = process.getBuiltinModule('http').createServer();
  server.emit('listening');
  const values = Object.getOwnPropertySymbols(server).map(
    (key) => (server as unknown as Record<symbol, unknown>)[key],
  );
  for (const value of values)
    if (typeof value === 'object' && value !== null && 'hasRef' in value) (value as NodeJS.Timeout).close();
  const list = values.find((value) => typeof value === 'object' && value !== null && 'expired' in value) as
    ConnectionsList | undefined;
  if (list === undefined)
    throw new Error('an HTTP server has no list of connections in this version of Node');
  return Object.getPrototypeOf(list) as ConnectionsList;
}
