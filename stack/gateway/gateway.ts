/**
 * The gateway: a host of the world that leads connections of the host computer to programs of the machine. No
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
import { HostEvents, relay, type RelayCalls } from './relay.ts';

/** The addresses that QEMU has for its user networking, and their wire. */
const MACHINE_ADDRESS = 0x0a00020f;
const GATEWAY_ADDRESS = 0x0a000202;
const PREFIX = 24;
const WIRE_NAME = 'outside';

/** A connection in a replay: the host has no part in it. */
const NOWHERE: HostConnection = { write() {}, end() {}, destroy() {}, resume() {} };

export class Gateway implements Opening {
  readonly machine: Machine;
  readonly #world: World;
  readonly #calls: RelayCalls;
  readonly #ports: readonly ForwardedPort[];
  readonly #connections = new Map<number, HostEvents>();
  #host: HostSide | null = null;

  /** Boots the gateway, and gives the world's first machine an interface towards it. */
  constructor(world: World, ports: readonly ForwardedPort[], wire: WireConfig) {
    this.#world = world;
    this.#ports = ports;
    const [machine] = world.machines;
    this.machine = boot_machine(world, { ...machine!.config, hostname: 'gateway', interfaces: [] });
    const cable = ethernet_wire(world, WIRE_NAME, wire);
    const ends = [
      { machine: machine!, address: MACHINE_ADDRESS, gateway: GATEWAY_ADDRESS },
      { machine: this.machine, address: GATEWAY_ADDRESS, gateway: null },
    ];
    for (const { machine: at, address, gateway } of ends)
      add_interface(at, cable, { name: free_name(at), address, prefix: PREFIX, gateway, wire });
    this.#calls = createLibrary(world) as unknown as RelayCalls;
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
    if (event.what === 'open') this.#opened(connection, event.port, event.from);
    else this.#connections.get(connection)?.enter(event);
  }
  #opened(connection: number, port: number, from: string): void {
    const events = new HostEvents();
    this.#connections.set(connection, events);
    const host = this.#host?.connection(connection) ?? NOWHERE;
    const to = { address: formatAddress(MACHINE_ADDRESS), port };
    const { task, exited } = spawn_process(this.machine, `from ${from}`, () =>
      relay(this.#calls, events, host, to),
    );
    events.task = task;
    void exited.then(() => this.#connections.delete(connection));
  }
}

/** The first of eth0, eth1, … that the machine does not have. */
function free_name({ init_net }: Machine): string {
  let number = 0;
  while (dev_get_by_name(init_net, `eth${number}`) !== null) number++;
  return `eth${number}`;
}
