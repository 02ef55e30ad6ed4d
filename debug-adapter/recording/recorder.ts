/**
 * Records what happens in a world, in the machine's thread: system calls, sleeps, frames, states, queues. The
 * records go into a ring in shared memory, which keeps the newest; nobody has to read them.
 */
import type { CapturePort, CaptureSink } from '../../stack/capture/capture.ts';
import { DROP_REASONS, SKB_DROP_REASON_OTHERHOST } from '../../stack/include/net/dropreason.ts';
import { inet_connection_sock } from '../../stack/include/net/inet_connection_sock.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { TASK_DEAD, TASK_RUNNING, type task_struct } from '../../stack/include/linux/sched.ts';
import { TCP_CLOSE, TCP_LISTEN, type TcpState } from '../../stack/include/uapi/linux/tcp.ts';
import type { Machine } from '../../stack/machine.ts';
import { sock_from_file } from '../../stack/net/socket/file.ts';
import type { wire_frame } from '../../stack/wire/frame.ts';
import type { World } from '../../stack/world/world.ts';
import { timeWaitOf } from '../inspect/timeWait.ts';
import { writeArgument } from './callArguments.ts';
import {
  ARGUMENT_BYTES,
  ENDS_BYTES,
  FRAME_HEAD_BYTES,
  KIND,
  LINE_BYTES,
  MORE_LINES,
  MOST_ARGUMENTS,
  MOST_LINES,
  OUTPUT_HEAD_BYTES,
  QUEUES,
  STREAMS,
} from './layout.ts';
import { passesBy } from './passing.ts';
import { isProcessed } from './processed.ts';
import type { RecordWriter } from './recordWriter.ts';
import { refusalOf } from './refusal.ts';

/** The lengths of a listener's queues when they were last recorded. */
interface Watched {
  readonly listener: inet_connection_sock;
  syn: number;
  accept: number;
}
/** A place in a script, from line 1 and column 1. */
interface SourcePlace {
  url: string;
  line: number;
  column: number;
}
/** System calls whose first argument is no descriptor. */
const NO_DESCRIPTOR = new Set(['socket', 'nanosleep', 'poll', 'eventfd2', 'epoll_create1']);
const ACCEPTING = new Set(['accept', 'accept4']);
const encoder = new TextEncoder();

export class Recorder implements CaptureSink {
  readonly #world: World;
  readonly #writer: RecordWriter;
  /** By task: the socket that its system call is about. */
  readonly #called = new Map<number, sock_common | null>();
  /** By the place: how often it has written since an event. */
  #writes = { event: 0, counts: new Map<string, number>() };
  /** By the machine's index. */
  readonly #listeners: Watched[][] = [];

  constructor(world: World, writer: RecordWriter) {
    this.#world = world;
    this.#writer = writer;
    this.#listen();
  }

  #listen(): void {
    const { tracer } = this.#world;
    tracer.on('syscalls:sys_enter', (task, name, args) => this.#enter(task, name, args));
    tracer.on('syscalls:sys_exit', (task, name, result) => this.#exit(task, name, result));
    tracer.on('sched:sched_switch', (prev) => {
      if (prev.__state === TASK_RUNNING || prev.__state === TASK_DEAD || prev === prev.machine.idle) return;
      this.#task(KIND.sleep, prev);
    });
    tracer.on('sched:sched_wakeup', (task) => this.#task(KIND.wake, task));
    tracer.on('sched:sched_process_exit', (task) => this.#task(KIND.end, task));
    tracer.on('sock:inet_sock_set_state', (sk, from, to) => this.#state(sk, from, to));
    tracer.on('net:netif_receive_skb', (skb) => {
      const { machine, frame_number } = skb;
      if (frame_number > 0 && !passesBy(this.#world, skb)) this.#frame(KIND.taken, machine, frame_number);
    });
    tracer.on('skb:kfree_skb', (skb, reason, detail) => {
      const { machine, frame_number } = skb;
      if (frame_number <= 0 || isProcessed(reason, detail)) return;
      if (reason === SKB_DROP_REASON_OTHERHOST && passesBy(this.#world, skb)) return;
      const name = this.#writer.names.numberOf(DROP_REASONS[reason] ?? String(reason));
      this.#frame(KIND.dropped, machine, frame_number, name);
    });
    tracer.on('irq:softirq_exit', () => this.#queues(this.#world.running!));
    tracer.on('sockscope:queue_overflow', (sk, which, { frame_number }, req) => {
      const { machine } = sk.skc_net;
      this.#queues(machine);
      this.#socketRecord(KIND.overflow, sk, QUEUES.indexOf(which));
      this.#writer.commit();
      const refusal = refusalOf(sk, which, req);
      if (frame_number > 0 && refusal !== null)
        this.#frame(KIND.dropped, machine, frame_number, this.#writer.names.numberOf(refusal));
    });
  }

  sent(frame: wire_frame, port: CapturePort): void {
    const { host, name } = this.#writer.port(port);
    const copied = Math.min(frame.head.length, FRAME_HEAD_BYTES);
    const at = this.#writer.begin(KIND.sent, host, this.#writer.pid, name, 12 + copied);
    const { view, bytes } = this.#writer.ring;
    view.setUint32(at, frame.number, true);
    view.setUint32(at + 4, frame.length, true);
    view.setUint32(at + 8, port.is_outside ? 1 : 0, true);
    for (let i = 0; i < copied; i++) bytes[at + 12 + i] = frame.head[i]!;
    this.#writer.commit();
  }
  received(frame: wire_frame, port: CapturePort): void {
    const { host, name } = this.#writer.port(port);
    const at = this.#writer.begin(KIND.arrived, host, 0, name, 8);
    this.#writer.ring.view.setUint32(at, frame.number, true);
    this.#writer.ring.view.setUint32(at + 4, port.is_outside ? 1 : 0, true);
    this.#writer.commit();
  }
  lost(frame: wire_frame, reason: string): void {
    const at = this.#writer.begin(KIND.lost, 0, 0, this.#writer.names.numberOf(reason), 4);
    this.#writer.ring.view.setUint32(at, frame.number, true);
    this.#writer.commit();
  }

  /**
   * The running process has written something: each line is a record. Blank ones are none.
   *
   * @param place the code that has written it
   */
  said(stream: (typeof STREAMS)[number], text: string, place: SourcePlace | undefined): void {
    const { current, running } = this.#world;
    const { url = '', ...at } = place ?? { line: 0, column: 0 };
    const write = this.#writesAt(`${url} ${at.line} ${at.column}`);
    const { ring, names } = this.#writer;
    const head = [names.numberOf(current?.comm ?? ''), names.numberOf(url), at.line, at.column, write];
    const pid = current?.tgid ?? 0;
    const host = running === null ? 0 : this.#writer.host(running);
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const isCut = lines.length > MOST_LINES;
    for (const [index, line] of lines.slice(0, MOST_LINES).entries()) {
      const more = isCut && index === MOST_LINES - 1 ? MORE_LINES : 0;
      const bytes = new Uint8Array(LINE_BYTES);
      const { written } = encoder.encodeInto(line, bytes);
      const length = OUTPUT_HEAD_BYTES + written;
      const begin = this.#writer.begin(KIND.output, host, pid, STREAMS.indexOf(stream) | more, length);
      for (const [word, number] of head.entries()) ring.view.setUint32(begin + 4 * word, number, true);
      ring.bytes.set(bytes.subarray(0, written), begin + OUTPUT_HEAD_BYTES);
      this.#writer.commit();
    }
  }
  /** @returns how often this place has written since the last event, with this time */
  #writesAt(place: string): number {
    const { event } = this.#world;
    if (this.#writes.event !== event) this.#writes = { event, counts: new Map() };
    const { counts } = this.#writes;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return count;
  }

  #enter(task: task_struct, name: string, args: readonly unknown[]): void {
    const sk = NO_DESCRIPTOR.has(name) ? null : socketAt(task, args[0]);
    this.#called.set(task.pid, sk);
    const count = Math.min(args.length, MOST_ARGUMENTS);
    const length = 8 + ENDS_BYTES + count * ARGUMENT_BYTES;
    const host = this.#writer.host(task.machine);
    const at = this.#writer.begin(KIND.enter, host, task.pid, this.#writer.names.numberOf(name), length);
    this.#writer.ring.view.setUint32(at, this.#writer.names.numberOf(task.comm), true);
    this.#writer.ring.view.setUint32(at + 4, task.tgid, true);
    this.#writer.ends(at + 8, sk);
    const from = at + 8 + ENDS_BYTES;
    for (let i = 0; i < count; i++) writeArgument(this.#writer.ring.view, from + i * ARGUMENT_BYTES, args[i]);
    this.#writer.commit();
  }

  #exit(task: task_struct, name: string, result: unknown): void {
    const isAccepted = typeof result === 'number' && result >= 0 && ACCEPTING.has(name);
    const sk = isAccepted ? socketAt(task, result) : (this.#called.get(task.pid) ?? null);
    this.#called.delete(task.pid);
    const host = this.#writer.host(task.machine);
    const at = this.#writer.begin(
      KIND.exit,
      host,
      task.pid,
      this.#writer.names.numberOf(name),
      8 + ENDS_BYTES,
    );
    const told = result instanceof Uint8Array ? result.length : result;
    this.#writer.ring.view.setFloat64(at, typeof told === 'number' ? told : NaN, true);
    this.#writer.ends(at + 8, sk);
    this.#writer.commit();
    this.#queues(task.machine);
  }

  #state(sk: sock_common, from: number, to: number): void {
    const { machine } = sk.skc_net;
    const at = this.#socketRecord(KIND.state, sk, 0);
    this.#writer.ring.bytes[at + 13] = from;
    this.#writer.ring.bytes[at + 14] = to === TCP_CLOSE && sk.skc_dport !== 0 ? closedInto(sk) : to;
    this.#writer.commit();
    if (!(sk instanceof inet_connection_sock)) return;
    const { index } = machine;
    if (to === TCP_LISTEN) (this.#listeners[index] ??= []).push({ listener: sk, syn: 0, accept: 0 });
    else if (from === TCP_LISTEN && this.#listeners[index] !== undefined)
      this.#listeners[index] = this.#listeners[index].filter(({ listener }) => listener !== sk);
  }

  /** Record the queues whose lengths have changed. */
  #queues(machine: Machine): void {
    const listeners = this.#listeners[machine.index];
    if (listeners === undefined) return;
    for (let i = 0; i < listeners.length; i++) {
      const watched = listeners[i]!;
      const { listener } = watched;
      const syn = listener.icsk_accept_queue?.qlen ?? 0;
      const accept = listener.sk_ack_backlog;
      if (syn === watched.syn && accept === watched.accept) continue;
      watched.syn = syn;
      watched.accept = accept;
      const at = this.#writer.begin(KIND.queues, this.#writer.host(machine), 0, 0, ENDS_BYTES + 12);
      this.#writer.ends(at, listener);
      const { view } = this.#writer.ring;
      view.setUint32(at + ENDS_BYTES, syn, true);
      view.setUint32(at + ENDS_BYTES + 4, accept, true);
      view.setUint32(at + ENDS_BYTES + 8, listener.sk_max_ack_backlog, true);
      this.#writer.commit();
    }
  }

  #task(kind: number, task: task_struct): void {
    this.#writer.begin(kind, this.#writer.host(task.machine), task.pid, 0, 0);
    this.#writer.commit();
  }
  #frame(kind: number, machine: Machine, number: number, extra = 0): void {
    const at = this.#writer.begin(kind, this.#writer.host(machine), 0, extra, 4);
    this.#writer.ring.view.setUint32(at, number, true);
    this.#writer.commit();
  }
  #socketRecord(kind: number, sk: sock_common, extra: number): number {
    const at = this.#writer.begin(
      kind,
      this.#writer.host(sk.skc_net.machine),
      this.#writer.pid,
      extra,
      ENDS_BYTES,
    );
    this.#writer.ends(at, sk);
    return at;
  }
}

/** What is there after a socket: the kernel traces only that it is closed. */
function closedInto(sk: sock_common): TcpState {
  return (timeWaitOf(sk)?.tw_substate ?? TCP_CLOSE) as TcpState;
}

/** The socket of a descriptor. */
function socketAt(task: task_struct, fd: unknown): sock_common | null {
  const opened = typeof fd === 'number' ? (task.files.fd[fd] ?? null) : null;
  return opened === null ? null : (sock_from_file(opened)?.sk ?? null);
}
