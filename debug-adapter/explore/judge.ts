/** Judges a run: by its processes' ends and errors, by what sleeps for ever, and by the stack's own rules. */
import type { tcp_sock } from '../../stack/include/linux/tcp.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import { sock_from_file } from '../../stack/net/socket/file.ts';
import { broken_sequence, leftovers, remains } from '../../stack/debugger/invariants.ts';
import { judge_waits, type Waits } from '../../stack/debugger/waits.ts';
import type { Program, RunResult, World } from '../../stack/index.ts';
import { failurePlace, failureText } from '../cli/failure.ts';
import type { Failure, Sleepers } from './trial.ts';

/** System calls on a socket that send, and that receive. */
const SENDING = ['send', 'sendto', 'sendmsg', 'write'];
const RECEIVING = ['recv', 'recvfrom', 'recvmsg', 'read'];

/** When something happened. */
interface Instant {
  event: number;
  timeNs: number;
}

export class Judge {
  readonly #world: World;
  readonly #failures: Failure[] = [];
  /** What each machine had before its processes began. */
  readonly #before: Record<string, number>[];
  /** When each task last gave up the CPU, and when processes ended: a debugger can stop there. */
  readonly #sleeping = new Map<task_struct, Instant>();
  readonly #ended = new Map<number, Instant>();
  /** The arguments of each task's newest system call. */
  readonly #arguments = new Map<task_struct, readonly unknown[]>();
  /** Sockets from which something was read after all that was written to them. */
  readonly #answered = new WeakSet<sock>();
  #last: Instant = { event: 1, timeNs: 0 };

  /** Begins to watch a world whose programs are loaded. */
  constructor(world: World) {
    this.#world = world;
    this.#before = world.machines.map(remains);
    world.on_uncaught = (task, error) => this.#uncaught(task.comm, error);
    const { tracer } = world;
    tracer.on('sched:sched_switch', (task) => {
      this.#last = this.#now;
      this.#sleeping.set(task, this.#last);
    });
    tracer.on('syscalls:sys_enter', (task, _name, given) => void this.#arguments.set(task, given));
    tracer.on('syscalls:sys_exit', (task, name, result) => this.#returned(task, name, result));
    tracer.on('sched:sched_process_exit', (task) => {
      this.#sleeping.delete(task);
      this.#arguments.delete(task);
      this.#ended.set(task.pid, this.#now);
    });
    tracer.on('tcp:tcp_probe', (sk) => {
      const broken = broken_sequence(sk as tcp_sock);
      if (broken !== null) this.#broken(broken, `${sk.skc_num} → ${sk.skc_dport}: ${broken}`);
    });
    tracer.on('printk:console', (_level, text) => {
      if (text.startsWith('WARNING')) this.#broken(text, `the kernel says "${text}"`);
    });
  }

  /** The program, watched. */
  watch({ processes }: Program): Program {
    return {
      processes: processes.map((one) => ({
        ...one,
        start: (machine) => {
          const process = one.start(machine);
          void process.exited.then(({ pid, name, code = 0, error, killed }) => {
            if (code !== 0 && error === undefined && killed !== true) this.#exited(pid, name, code);
          });
          return process;
        },
      })),
    };
  }

  /** The stack itself threw: nothing of the run goes on. */
  threw(error: unknown): void {
    this.#broken(String(error), `the stack threw ${failureText(error)}`);
  }

  /**
   * The verdict: what failed first.
   *
   * @param may which processes may sleep for ever as servers and as idle clients: those that do so without faults; null:
   *   each that is one
   * @param asleep the names of processes that may sleep for ever wherever they do
   */
  verdict(
    result: RunResult | null,
    may: Sleepers | null,
    asleep: readonly string[],
    limit: number,
  ): Failure | null {
    if (result?.halted === true) {
      const [first] = result.asleep;
      const text = `still runs after ${limit} s of virtual time`;
      this.#add('endless', first?.name ?? '', text, 'limit', this.#last);
    } else if (result !== null)
      for (const { serving, idle, hanging } of this.#waits) {
        const isAllowed = ([task]: readonly task_struct[], names: readonly string[] | undefined): boolean =>
          task !== undefined && (names === undefined || names.includes(task.comm));
        if (isAllowed(serving, may?.servers) || isAllowed(idle, may?.idle)) continue;
        for (const task of hanging) if (!asleep.includes(task.comm)) this.#slept(task);
      }
    this.#leftOver(result);
    return this.#failures.toSorted((a, b) => a.event - b.event)[0] ?? null;
  }

  /** What sleeps for ever without a failure, as `NAME:CALL`. */
  get sleepers(): Sleepers {
    const waits = this.#waits;
    const called = ({ comm, syscall }: task_struct): string => `${comm}:${syscall}`;
    return {
      servers: waits.flatMap(({ serving }) => serving).map(called),
      idle: waits.flatMap(({ idle }) => idle).map(called),
    };
  }

  /** What each process that has not ended waits for. */
  get #waits(): Waits[] {
    const tasks = this.#world.machines.flatMap((machine) => [...machine.tasks.values()]);
    const alive = tasks.filter(({ exited }) => !exited);
    const pids = new Set(alive.map(({ tgid }) => tgid));
    return [...pids].map((pid) =>
      judge_waits(
        alive.filter(({ tgid }) => tgid === pid),
        (task) => this.#arguments.get(task) ?? [],
        (sk) => this.#answered.has(sk),
      ),
    );
  }
  get #now(): Instant {
    return { event: this.#world.event, timeNs: Math.round(this.#world.time_ns) };
  }
  /** A system call returns: it may have sent or received something. */
  #returned(task: task_struct, name: string, result: unknown): void {
    const isSending = SENDING.includes(name);
    if (!isSending && !RECEIVING.includes(name)) return;
    if (!(result instanceof Uint8Array ? result.length > 0 : typeof result !== 'number' || result > 0))
      return;
    const opened = task.files.fd[this.#arguments.get(task)?.[0] as number];
    const sk = opened && sock_from_file(opened)?.sk;
    if (!sk) return;
    if (isSending) this.#answered.delete(sk);
    else this.#answered.add(sk);
  }
  #add(kind: Failure['kind'], process: string, text: string, what: string, at: Instant): void {
    const signature = [kind, process, what].join('|');
    this.#failures.push({ kind, process, text, signature, ...at });
  }
  #broken(rule: string, text: string): void {
    this.#add('stack', '', text, withoutNumbers(rule), this.#last);
  }
  #uncaught(process: string, error: unknown): void {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = failurePlace(error);
    this.#add('uncaught', process, failureText(error), place ?? withoutNumbers(what), this.#now);
  }
  #exited(pid: number, process: string, code: number): void {
    const at = this.#ended.get(pid) ?? this.#last;
    this.#add('exit', process, `ended with exit code ${code}`, String(code), at);
  }
  #slept(task: task_struct): void {
    const { comm, syscall } = task;
    const since = this.#sleeping.get(task) ?? this.#last;
    const text =
      syscall === ''
        ? 'waits for something that nothing is left to end'
        : `sleeps in ${syscall}() that nothing is left to end`;
    this.#add('hang', comm, text, syscall, since);
  }
  /** Only where nobody holds anything any more, and the network has settled. */
  #leftOver(result: RunResult | null): void {
    const world = this.#world;
    if (result === null || result.halted || world.task_count > 0 || !world.is_quiet) return;
    for (const [index, machine] of world.machines.entries()) {
      const former = this.#before[index];
      for (const left of former === undefined ? [] : leftovers(machine, former))
        this.#broken(left, `something is left over: ${left}`);
    }
  }
}

/** Ports, lengths and times differ from run to run. */
function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#');
}
