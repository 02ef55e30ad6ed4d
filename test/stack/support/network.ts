/** Tests of several machines on one Ethernet wire, and of what enters a world from outside. */
import assert from 'node:assert/strict';
import {
  boot,
  createLibrary,
  frame_bytes,
  parseConfig,
  runProgram,
  TRACEPOINT_NAMES,
  type InputEntry,
  type World,
} from '../../../stack/index.ts';
import { function_process } from '../../../stack/user/program.ts';
import { formatHit } from '../../../stack/trace/format.ts';
import { build_network, parse_network } from '../../../stack/user/network.ts';
import type { Sockscope } from './story.ts';

export interface SentFrame {
  timeNs: number;
  /** 'client eth0' */
  from: string;
  /** 'SYN ACK', 'ARP request', 'UDP' … */
  what: string;
  bytes: Uint8Array;
}
type Main = (s: Sockscope) => Promise<void>;

/** @param hosts addresses by name; with one there is no wire */
export function network(hosts: Record<string, string>, config: object = {}, wire: object = {}): NetworkTale {
  return new NetworkTale(hosts, config, wire);
}

export class NetworkTale {
  readonly world: World;
  readonly frames: SentFrame[] = [];
  /** Every tracepoint as text, when asked for. */
  readonly trace: string[] = [];
  readonly #mains: { name: string; main: Main }[] = [];
  readonly #names: string[];

  constructor(hosts: Record<string, string>, config: object, wire: object) {
    ({ world: this.world } = boot(parseConfig(config, 'network')));
    this.#names = Object.keys(hosts);
    if (this.#names.length > 1) {
      const wanted = Object.fromEntries(Object.entries(hosts).map(([name, address]) => [name, { address }]));
      build_network(this.world, parse_network({ hosts: wanted, wire }, 'test', this.#names), 'test');
    } else this.world.machines[0]!.hostname = this.#names[0]!;
    this.world.capture = {
      sent: (frame, { machine, name }) => {
        const bytes = frame_bytes(frame);
        const from = `${machine.hostname} ${name}`;
        this.frames.push({ timeNs: this.world.time_ns, from, what: whatIs(bytes), bytes });
      },
      received() {},
      lost() {},
    };
  }

  /** A process on a host. */
  on(host: string, main: Main): this {
    assert.ok(this.#names.includes(host), host);
    this.#mains.push({ name: host, main });
    return this;
  }

  /** Write every tracepoint down. */
  traced(): this {
    this.world.tracer.onHit(TRACEPOINT_NAMES, (hit) =>
      this.trace.push(`${hit.event} ${hit.machine.hostname} ${formatHit(hit)}`),
    );
    return this;
  }

  /** Run to the end; a process that throws fails the test. @param log inputs of another run, to be replayed */
  async run(log?: readonly InputEntry[]): Promise<this> {
    const { world } = this;
    if (log !== undefined) world.inputs.replay(log);
    const library = createLibrary(world) as unknown as Sockscope;
    const processes = this.#mains.map(({ name, main }) =>
      function_process(
        name,
        () => main(library),
        world.machines.find(({ hostname }) => hostname === name),
      ),
    );
    const { failed, asleep } = await runProgram(world, { processes });
    if (failed.length > 0) throw this.#told(failed[0]!.error);
    assert.deepEqual(asleep, [], 'these sleep for ever');
    return this;
  }
  #told(error: unknown): Error {
    const told = error instanceof Error ? error : new Error(String(error));
    const lines = this.frames.map(
      ({ timeNs, from, what }) => `  ${(timeNs / 1e9).toFixed(6)} ${from}: ${what}`,
    );
    told.message += `\n\n  frames:\n${lines.slice(-40).join('\n')}\n`;
    return told;
  }
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
function whatIs(bytes: Uint8Array): string {
  const type = (bytes[12]! << 8) | bytes[13]!;
  if (type === 0x0806) return bytes[21] === 1 ? 'ARP request' : 'ARP reply';
  const protocol = bytes[23]!;
  if (protocol !== 6) return protocol === 17 ? 'UDP' : `protocol ${protocol}`;
  const flags = bytes[14 + (bytes[14]! & 15) * 4 + 13]!;
  return ['SYN', 'FIN', 'RST', 'PSH', 'ACK']
    .filter((name) => (flags & (1 << FLAGS.indexOf(name))) !== 0)
    .join(' ');
}
