/**
 * Node's modules in this thread: its network modules reach the machine instead of the host, and its timers follow virtual
 * time. They take what they need from each other when they are first loaded; so this happens before, and once, for all
 * worlds that run in the thread one after the other.
 */
import { host_module, RESTORABLE, worldTimers } from '../user/host_modules.ts';
import type { World } from '../world/world.ts';
import { install_cares_wrap, type Names } from './cares_wrap.ts';
import { install_connecting_classes } from './fetch.ts';
import { install_http } from './http.ts';
import { install_http_agents } from './http_agents.ts';
import { http2_prototypes, install_http2_date } from './http2.ts';
import { install_pipe_wrap } from './pipe_wrap.ts';
import { install_socket_timeouts } from './socket_timeouts.ts';
import { install_stream_sockets } from './stream_sockets.ts';
import { install_tcp_wrap } from './tcp_wrap.ts';
import { install_tls_wrap } from './tls_wrap.ts';
import { install_udp_wrap } from './udp_wrap.ts';
import { uv_loop } from './uv/loop.ts';
import { install_zlib } from './zlib.ts';

/** Values of Node's modules that their functions change, and nothing puts back. */
const SETTINGS: readonly (() => unknown)[] = [
  () => host_module('events').defaultMaxListeners,
  () => host_module('events').captureRejections,
  () => host_module('net').getDefaultAutoSelectFamily(),
  () => host_module('net').getDefaultAutoSelectFamilyAttemptTimeout(),
  () => host_module('stream').getDefaultHighWaterMark(false),
  () => host_module('stream').getDefaultHighWaterMark(true),
  () => host_module('dns').getDefaultResultOrder(),
  () => host_module('dns').getServers().join(),
  () => host_module('http').globalAgent,
  () => host_module('https').globalAgent,
  () => JSON.stringify(host_module('util').inspect.defaultOptions),
  () => host_module('crypto').getFips(),
];

type Timers = Record<string, (...args: unknown[]) => unknown>;

export class NodeThread {
  #world: World | null = null;
  #names: Names = { table: {}, lookup: null };
  /** What SETTINGS were before any program; null: Node's modules are not adapted yet. */
  #settings: readonly unknown[] | null = null;

  get is_adapted(): boolean {
    return this.#settings !== null;
  }
  /** Node's modules are the machine's from now on in processes of a world. */
  enter(world: World, names: Names): void {
    this.#world = world;
    this.#names = names;
    if (this.#settings === null) this.#adapt();
  }
  /** The world is over. @returns whether Node's modules are as they were before it, but for what their exports lead to */
  leave(): boolean {
    this.#world = null;
    return SETTINGS.every((setting, index) => setting() === this.#settings![index]);
  }

  /** The loop of the process that runs; null: none does, or it has none. */
  readonly loop = (): uv_loop | null => {
    const runtime = this.#world?.current?.signal.runtime;
    return runtime instanceof uv_loop ? runtime : null;
  };

  #adapt(): void {
    const adapted = this.#install_timers();
    install_tcp_wrap(this.loop, install_tls_wrap(this.loop));
    install_udp_wrap(this.loop);
    install_pipe_wrap(this.loop);
    install_cares_wrap(this.loop, () => this.#names);
    const http2 = http2_prototypes();
    install_socket_timeouts(this.loop, http2);
    install_http2_date(this.loop, http2);
    install_stream_sockets();
    install_http(this.loop);
    install_http_agents(this.loop);
    install_zlib(this.loop);
    install_connecting_classes(() => (this.#world!.realm_is_spent = true));
    adapted();
    this.#settings = SETTINGS.map((setting) => setting());
  }
  /**
   * Node's own modules use the globals from now on: these are another world's from time to time.
   *
   * @returns to be called when Node's modules are adapted; until then, they use the host's
   */
  #install_timers(): () => void {
    const timers = host_module('timers') as unknown as Timers;
    const of_host = { ...timers };
    let is_adapted = false;
    for (const [name, of_world] of Object.entries(worldTimers()))
      timers[name] = (...args) => (is_adapted ? of_world : of_host[name]!)(...args);
    return () => (is_adapted = true);
  }
  /** What programs get and may change, for whoever puts it back. */
  exports(): object[] {
    return RESTORABLE.map((name) => host_module(name) as object);
  }
}
