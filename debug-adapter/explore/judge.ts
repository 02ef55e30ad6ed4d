/** Judges a run: by its processes' ends and errors, by what sleeps for ever, and by the stack's own rules. */
import type { tcp_sock } from '../../stack/include/linux/tcp.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { broken_sequence, leftovers, remains } from '../../stack/debugger/invariants.ts';
import { judge_waits, type Waits } from '../../stack/debugger/servers.ts';
import type { Program, RunResult, World } from '../../stack/index.ts';
import { failurePlace, failureText } from '../cli/failure.ts';
import type { Failure } from './trial.ts';

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
   * @param servers the names of processes that may wait for clients for ever: those that do so without faults; null:
   *   each that waits for clients
   */
  verdict(result: RunResult | null, servers: readonly string[] | null, limit: number): Failure | null {
    if (result?.halted === true) {
      const [first] = result.asleep;
      const text = `still runs after ${limit} s of virtual time`;
      this.#add('endless', first?.name ?? '', text, 'limit', this.#last);
    } else if (result !== null)
      for (const { serving, hanging } of this.#waits) {
        const [server] = serving;
        if (server !== undefined && servers?.includes(server.comm) !== false) continue;
        for (const task of hanging) this.#slept(task);
      }
    this.#leftOver(result);
    return this.#failures.toSorted((a, b) => a.event - b.event)[0] ?? null;
  }

  /** What waits for clients, as `NAME:CALL`. */
  get servers(): string[] {
    return this.#waits.flatMap(({ serving }) => serving).map(({ comm, syscall }) => `${comm}:${syscall}`);
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
      ),
    );
  }
  get #now(): Instant {
    return { event: this.#world.event, timeNs: Math.round(this.#world.time_ns) };
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
