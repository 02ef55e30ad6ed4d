/**
 * Tests as stories: processes that use the scenario API on a machine of their own, and the packets and state changes that are to be seen.
 *
 *   await story({ nic: { latency: '1ms' } })
 *     .process('server', async (s) => { … })
 *     .process('client', async (s) => { … })
 *     .expectPackets(`
 *       0.000  C > S  [S] seq 0
 *       0.001  S > C  [S.] seq 0 ack 1`)
 *     .run();
 *
 * When something is not as told, the packets, state changes and failed syscalls that led there are printed.
 */
import assert from 'node:assert/strict';
import {
  boot,
  createLibrary,
  frame_bytes,
  parseConfig,
  spawn_process,
  type Machine,
  type TracepointArgs,
  type TracepointName,
} from '../../../stack/index.ts';
import { leftovers, remains } from '../../../stack/debugger/invariants.ts';
import { IS_ERR } from '../../../stack/include/uapi/asm-generic/errno.ts';
import type { file } from '../../../stack/include/linux/fs.ts';
import type { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { LINUX_MIB_NAMES, TCP_MIB_NAMES } from '../../../stack/include/uapi/linux/snmp.ts';
import { tcpStateName } from '../../../stack/trace/text.ts';
import { run_world } from '../../../stack/world/run.ts';
import type { wire_frame } from '../../../stack/wire/frame.ts';
import { sock_from_file } from '../../../stack/net/socket/file.ts';
import { packetLine, packetMatches, PacketReader, type PacketText } from './packetText.ts';

/** The scenario API, bound to the story's machine, and a look behind it. */
export type Sockscope = typeof import('sockscope') & Kernel;

/** What a test may look at that a scenario cannot. */
export interface Kernel {
  machine: Machine;
  /** The file behind a descriptor of this process. */
  file(fd: number): file;
  /** The protocol's socket behind a descriptor. */
  sock(fd: number): tcp_sock;
  /** ms since boot. */
  now(): number;
  /** A counter of /proc/net/snmp (TCP) or netstat. */
  counter(name: string): number;
}

export interface Setup {
  seed?: number;
  sysctl?: Record<string, string | number>;
  nic?: Record<string, string | number>;
  /** How long the network may come to rest after the last process has ended, in s: then nothing may be left over. */
  aftermath?: number;
  /** Something is left over on purpose: what, by the words of the message. */
  leaves?: RegExp;
  /** Messages of the kernel that are no reason to fail. */
  warns?: RegExp;
}

interface Transition {
  timeNs: number;
  sk: sock_common;
  from: string;
  to: string;
}
type Event = { packet: PacketText } | { transition: Transition } | { text: string; timeNs: number };

export function story(setup: Setup = {}): Story {
  return new Story(setup);
}

export class Story {
  readonly machine: Machine;
  readonly #setup: Setup;
  readonly #processes: { name: string; main: (s: Sockscope) => Promise<void> }[] = [];
  readonly #checks: (() => void)[] = [];
  readonly #events: Event[] = [];
  readonly #reader = new PacketReader();
  readonly #byNumber = new Map<number, PacketText>();
  readonly #ports = new Map<sock_common, number>();
  #marked: number | null = null;

  constructor(setup: Setup) {
    this.#setup = setup;
    const { seed, sysctl, nic } = setup;
    this.machine = boot(parseConfig({ seed, sysctl, nic }, 'story'));
    this.machine.world.capture = {
      sent: (frame) => this.#sent(frame),
      received() {},
      lost: (frame) => {
        const packet = this.#byNumber.get(frame.number);
        if (packet !== undefined) packet.lost = true;
      },
    };
    this.machine.tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      this.#ports.set(sk, sk.skc_num || this.#ports.get(sk) || 0);
      const { time_ns: timeNs } = this.machine;
      this.#events.push({ transition: { timeNs, sk, from: stateName(from), to: stateName(to) } });
    });
    this.machine.tracer.on('syscalls:sys_exit', (task, name, ret) => {
      const { time_ns: timeNs } = this.machine;
      if (IS_ERR(ret)) this.#events.push({ timeNs, text: `${task.comm}: ${name}() = ${ret}` });
    });
  }

  #sent(frame: wire_frame): void {
    const packet = this.#reader.read(frame_bytes(frame), this.machine.time_ns);
    this.#byNumber.set(frame.number, packet);
    this.#events.push({ packet });
  }

  /** A process: it gets the scenario API, bound to this machine. Processes start in the order in which they stand here. */
  process(name: string, main: Process): this {
    this.#processes.push({ name, main });
    return this;
  }
  /** Have a port called so in packets and state changes. */
  named(port: number, name: string): this {
    this.#reader.setName(port, name);
    return this;
  }
  /** Listen to a tracepoint. */
  on<Name extends TracepointName>(name: Name, listener: (...args: TracepointArgs<Name>) => void): this {
    this.machine.tracer.on(name, listener);
    return this;
  }
  /** Something to check when all is over. */
  expect(check: () => void): this {
    this.#checks.push(check);
    return this;
  }

  /** The packets, in order: see packetMatches() for what a line may say. Those of processes' exits count too. '…' as the last line: more may follow. */
  expectPackets(golden: string): this {
    const lines = linesOf(golden);
    return this.expect(() => this.#comparePackets(lines));
  }
  #comparePackets(lines: string[]): void {
    const open = lines.at(-1) === '…';
    const wanted = open ? lines.slice(0, -1) : lines;
    const { packets } = this;
    for (let i = 0; i < wanted.length || (i < packets.length && !open); i++) {
      const packet = packets[i];
      const line = wanted[i];
      if (packet !== undefined && line !== undefined && packetMatches(packet, line)) continue;
      this.#marked =
        packet === undefined
          ? this.#events.length
          : this.#events.findIndex((event) => 'packet' in event && event.packet === packet);
      assert.fail(
        `packet ${i + 1}: expected ${line === undefined ? 'none' : `"${line}"`}, got ${packet === undefined ? 'none' : `"${packetLine(packet)}"`}`,
      );
    }
  }

  /** The state changes, in order: `S  LISTEN -> SYN_RECV`, with the local port's name. A time may stand in front. */
  expectStates(golden: string): this {
    const lines = linesOf(golden);
    return this.expect(() => {
      const timed = (line: string) => /^[\d.]/.test(line);
      const got = this.transitions.map((one, i) =>
        this.#transitionLine(
          one,
          lines[i] !== undefined && timed(lines[i])
            ? (lines[i]!.split(/\s/)[0]!.split('.')[1]?.length ?? 0)
            : null,
        ),
      );
      assert.deepEqual(
        got,
        lines.map((line) => line.replace(/\s+/g, ' ')),
        'state changes',
      );
    });
  }
  #transitionLine({ timeNs, sk, from, to }: Transition, decimals: number | null): string {
    const time = decimals === null ? '' : `${(timeNs / 1e9).toFixed(decimals)} `;
    const port = this.#ports.get(sk) ?? 0;
    return `${time}${port === 0 ? '-' : this.#reader.name(port)} ${from} -> ${to}`;
  }

  get packets(): PacketText[] {
    return this.#events.flatMap((event) => ('packet' in event ? [event.packet] : []));
  }
  /** The packets as text, without times. */
  get packetLines(): string[] {
    return this.packets.map((packet) => packetLine(packet).replace(/^\S+\s+/, ''));
  }
  get transitions(): Transition[] {
    return this.#events.flatMap((event) => ('transition' in event ? [event.transition] : []));
  }
  /** What the kernel has counted: names of /proc/net/snmp (Tcp) and netstat (TcpExt). */
  counter(name: string): number {
    const { mib } = this.machine.init_net;
    const tcp = (TCP_MIB_NAMES as readonly string[]).indexOf(name);
    if (tcp >= 0) return mib.tcp_statistics[tcp]!;
    const ext = (LINUX_MIB_NAMES as readonly string[]).indexOf(name);
    assert.ok(ext >= 0, `no counter is called ${name}`);
    return mib.net_statistics[ext]!;
  }

  #library(): Sockscope {
    const { machine } = this;
    const open = (fd: number): file => {
      const opened = machine.current.files.fd[fd];
      assert.ok(opened, `descriptor ${fd} is not open`);
      return opened;
    };
    const kernel: Kernel = {
      machine,
      file: open,
      sock: (fd) => sock_from_file(open(fd))!.sk as tcp_sock,
      now: () => machine.time_ns / 1e6,
      counter: (name) => this.counter(name),
    };
    return { ...(createLibrary(machine.world) as unknown as typeof import('sockscope')), ...kernel };
  }

  /** Run the processes to their end, let the network come to rest, and check all that was expected. */
  async run(): Promise<this> {
    try {
      await this.#run();
      for (const check of this.#checks) check();
    } catch (error) {
      throw this.#told(error);
    }
    return this;
  }

  async #run(): Promise<void> {
    const { machine } = this;
    const before = remains(machine);
    const started = this.#processes.map(({ name, main }) =>
      spawn_process(machine, name, () => main(this.#library())),
    );
    const failures: unknown[] = [];
    for (const { exited } of started) void exited.then((end) => 'error' in end && failures.push(end.error));
    const aftermath = (this.#setup.aftermath ?? 300) * 1e9;
    let lastExit = Infinity;
    await run_world(machine.world, () => {
      if (failures.length > 0) return true;
      if (machine.tasks.size > 0) lastExit = Infinity;
      else if (lastExit === Infinity) lastExit = machine.now_ns;
      return machine.now_ns > lastExit + aftermath;
    });
    await Promise.resolve();
    if (failures.length > 0) throw failures[0];
    const asleep = [...machine.tasks.values()].map(
      (task) => `${task.comm} in ${task.syscall || 'a promise'}`,
    );
    assert.deepEqual(asleep, [], 'these sleep for ever');
    const { warns, leaves } = this.#setup;
    const warnings = machine.log.lines.filter(
      (line) => line.startsWith('WARNING') && warns?.test(line) !== true,
    );
    assert.deepEqual(warnings, [], 'the kernel warns');
    const left = leftovers(machine, before).filter((text) => leaves?.test(text) !== true);
    assert.deepEqual(left, [], 'something is left over');
  }

  /** The error, with what led to it. */
  #told(error: unknown): Error {
    const lines = this.#events.map((event, i) => {
      const mark = i === this.#marked ? '>>' : '  ';
      if ('packet' in event) return `${mark} ${packetLine(event.packet)}`;
      if ('transition' in event)
        return `${mark} ${this.#transitionLine(event.transition, 6).replace(' ', '      ')}`;
      return `${mark} ${(event.timeNs / 1e9).toFixed(6)}      ${event.text}`;
    });
    if (this.#marked === this.#events.length) lines.push('>> (here)');
    const around = this.#marked ?? lines.length;
    const shown = lines.slice(Math.max(0, around - 60), around + 20);
    const said = this.machine.log.lines.filter((line) => !line.startsWith('NET: '));
    const told = error instanceof Error ? error : new Error(String(error));
    told.message += `\n\n  what happened (time in s):\n${shown.join('\n')}${said.length === 0 ? '' : `\n  kernel log:\n   ${said.join('\n   ')}`}\n`;
    // What mocha prints is the stack; its first lines are the message as it was.
    told.stack = `${told.name}: ${told.message}${(told.stack ?? '')
      .split('\n')
      .filter((line) => /^ {4}at /.test(line))
      .join('\n')}`;
    return told;
  }
}

const stateName = (state: number): string => tcpStateName(state).replace('TCP_', '');
function linesOf(golden: string): string[] {
  return golden
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What a promise was rejected with: an error's code, or null where it was fulfilled. */
export async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What a process of a story does. */
export type Process = (s: Sockscope) => Promise<void>;

export const ADDRESS = { address: '127.0.0.1', port: 8080 };
/** A socket that listens on ADDRESS. */
export async function listener(s: Sockscope, backlog = 16, address = ADDRESS): Promise<number> {
  const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.bind(fd, address);
  await s.listen(fd, backlog);
  return fd;
}
/** A connected socket. */
export async function connected(s: Sockscope, address = ADDRESS): Promise<number> {
  const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.connect(fd, address);
  return fd;
}
/** Read so many bytes, or to the end of the stream. */
export async function receive(s: Sockscope, fd: number, count = Infinity): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  while (total < count) {
    const part = await s.recv(fd, Math.min(65536, count - total));
    if (part.length === 0) break;
    parts.push(part);
    total += part.length;
  }
  return Buffer.concat(parts);
}
/** A block of bytes in which each place can be told from the others near it. */
export function block(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + seed) & 0xff;
  return bytes;
}
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A listener's one connection, accepted; `set` is called on the listener first, which is closed in the end. */
export const accepted = async (s: Sockscope, set: (fd: number) => Promise<unknown> = async () => {}) => {
  const fd = await listener(s);
  await set(fd);
  const connection = await s.accept(fd);
  await s.close(fd);
  return connection;
};

/** Reads all that comes over one connection, and closes it. */
export const reads: Process = async (s) => {
  const fd = await accepted(s);
  while ((await s.recv(fd)).length > 0);
  await s.close(fd);
};
/** Connects, sends so many blocks, and closes. */
export const sends =
  (times: number, bytes: number): Process =>
  async (s) => {
    const fd = await connected(s);
    for (let i = 0; i < times; i++) await s.send(fd, block(bytes));
    await s.close(fd);
  };
