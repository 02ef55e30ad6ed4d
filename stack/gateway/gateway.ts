/**
 * The gateway: a host of the world that leads connections of the host computer to programs of the machine, and theirs to the outside. No
 * driver and no privilege is needed; QEMU calls it user networking.
 */
import type { WireConfig } from '../config.ts';
import { boot_machine } from '../boot.ts';
import { add_interface, ethernet_wire } from '../interfaces.ts';
import { formatAddress } from '../lib/format_address.ts';
import type { Machine } from '../machine.ts';
import { dev_get_by_name } from '../net/core/dev/register.ts';
import { createLibrary } from '../user/library.ts';
import { spawn_process } from '../user/process.ts';
import type { Opening } from '../world/outside.ts';
import type { World } from '../world/world.ts';
import type { ForwardedPort, HostConnection, HostEvent, HostSide } from './host_side.ts';
import { answer_for_all, Outgoing } from './outgoing.ts';
import { HostEvents, relay, type RelayCalls } from './relay.ts';
import { type ConnectionRequest, SynGate } from './syn_gate.ts';

/** The addresses that QEMU has for its user networking, and their wire. */
const MACHINE_ADDRESS = 0x0a00020f;
/** For programs it is the name `host` too: there is the loopback of the host computer. */
export const GATEWAY_ADDRESS = 0x0a000202;
const PREFIX = 24;
const NETWORK_MASK = -1 << (32 - PREFIX);
const WIRE_NAME = 'outside';

/** What the gateway is for. */
export interface GatewayConfig {
  /** Ports of the host that lead to the machine. */
  ports: readonly ForwardedPort[];
  /** Whether programs can connect out. */
  outside: boolean;
}

/** A connection in a replay: the host has no part in it. */
const NOWHERE: HostConnection = { write() {}, end() {}, destroy() {}, resume() {} };
const HOST_LOOPBACK = '127.0.0.1';

export class Gateway implements Opening {
  readonly machine: Machine;
  readonly #world: World;
  readonly #calls: RelayCalls;
  readonly #ports: readonly ForwardedPort[];
  readonly #outgoing: Outgoing;
  readonly #gate: SynGate | null;
  readonly #connections = new Map<number, HostEvents>();
  /** Connections that programs wanted: their numbers are negative, the host's clients have positive ones. */
  #asked = 0;
  #host: HostSide | null = null;
  /** Ports at which clients of the host found nobody. */
  readonly #told = new Set<number>();

  /** Boots the gateway, and gives the world's first machine an interface towards it. */
  constructor(world: World, { ports, outside }: GatewayConfig, wire: WireConfig) {
    this.#world = world;
    this.#ports = ports;
    const [machine] = world.machines;
    this.machine = boot_machine(world, { ...machine!.config, hostname: 'gateway', interfaces: [] });
    this.#calls = createLibrary(world) as unknown as RelayCalls;
    this.#outgoing = new Outgoing(world, this.machine, this.#calls);
    const cable = ethernet_wire(world, WIRE_NAME, wire);
    const name = free_name(machine!);
    const own = { address: MACHINE_ADDRESS, prefix: PREFIX, gateway: GATEWAY_ADDRESS };
    add_interface(machine!, cable, { name, ...own, wire });
    this.#gate = outside ? new SynGate(cable.plug(), (request) => this.#wanted(request)) : null;
    const end = { plug: () => this.#gate ?? cable.plug() };
    const there = { name: 'eth0', address: GATEWAY_ADDRESS, prefix: PREFIX, gateway: null };
    const dev = add_interface(this.machine, end, { ...there, wire });
    if (outside) answer_for_all(dev, GATEWAY_ADDRESS & NETWORK_MASK, PREFIX);
    world.outside.open(this);
  }

  /** Listen on the host. @throws an Error whose message says what the user can do */
  async open(host: HostSide): Promise<void> {
    this.#host = host;
    await host.listen(this.#ports, (connection, event) =>
      this.#world.inputs.arrive({ kind: 'connection', connection, event }),
    );
  }
  close(): void {
    this.#host?.close();
  }

  /** Something that happened on the host enters the world. */
  enter(connection: number, event: HostEvent): void {
    if (event.what === 'open') return this.#opened(connection, event.port, event.from);
    const isAnswer =
      this.#gate !== null && this.#outgoing.answered(connection, event, this.#gate, this.#side(connection));
    if (isAnswer) return;
    this.#connections.get(connection)?.enter(event);
    if (event.what === 'gone') this.#connections.delete(connection);
  }
  #side(connection: number): HostConnection {
    return this.#host?.connection(connection) ?? NOWHERE;
  }
  #opened(connection: number, port: number, from: string): void {
    const events = new HostEvents();
    this.#connections.set(connection, events);
    const host = this.#side(connection);
    const to = { address: formatAddress(MACHINE_ADDRESS), port };
    const main = () => relay(this.#calls, events, host, to, () => this.#nobody_listens(port));
    const { task } = spawn_process(this.machine, `from ${from}`, main);
    events.task = task;
  }
  /** A client of the host was refused: tell it once. */
  #nobody_listens(port: number): void {
    if (this.#told.has(port)) return;
    this.#told.add(port);
    const address = formatAddress(MACHINE_ADDRESS);
    this.#world.output?.(
      'stderr',
      `a connection from outside was refused: nothing in the machine listens on ${address}:${port} (a server that listens on 127.0.0.1 or localhost is not reached from there: let it listen on 0.0.0.0)\n`,
      null,
    );
  }
  /** A program wants a connection to an address outside, or to the gateway's own: the host's loopback. */
  #wanted(request: ConnectionRequest): void {
    const connection = --this.#asked;
    this.#connections.set(connection, this.#outgoing.asked(connection, request));
    const { destination, destination_port } = request;
    const address = destination === GATEWAY_ADDRESS ? HOST_LOOPBACK : formatAddress(destination);
    this.#host?.connect(connection, address, destination_port);
  }
}

/** The first of eth0, eth1, … that the machine does not have. */
function free_name({ init_net }: Machine): string {
  let number = 0;
  while (dev_get_by_name(init_net, `eth${number}`) !== null) number++;
  return `eth${number}`;
}
