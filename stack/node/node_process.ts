/** One running Node program: a process of a machine with its event loop, its modules and its `process`. */
import type { EventEmitter } from 'node:events';
import type { task_struct, Sleeps } from '../include/linux/sched.ts';
import type { Machine } from '../machine.ts';
import type { ModuleLoader } from '../user/module_loader.ts';
import { ENDED_BY_SIGNAL, type Process, spawn_generator } from '../user/process.ts';
import { create_process_object, ProcessExit } from './process_object.ts';
import { uv_loop } from './uv/loop.ts';

/** What a Node process runs. */
export interface NodeProgram {
  /** The name of the process. */
  name: string;
  /** Absolute. */
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/** Node's exit code for a top-level await that nothing can end. */
const UNSETTLED_AWAIT = 13;
/** Signals that end a process which does not listen to them, by name. */
const DEADLY_SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export class NodeProcess {
  readonly machine: Machine;
  readonly program: NodeProgram;
  readonly loop: uv_loop;
  /** The program's `process`. */
  readonly object: typeof process;
  readonly started_ns: number;
  readonly #task: task_struct;
  readonly #end: (code: number) => void;
  readonly #processes: ReadonlyMap<number, NodeProcess>;
  /** Ends the process with an error. */
  readonly #uncaught: (error: unknown) => void;
  #loader: ModuleLoader | undefined;
  /** The listeners of 'exit' are being called, or have been. */
  #is_exiting = false;

  constructor(
    machine: Machine,
    program: NodeProgram,
    task: task_struct,
    end: (code: number) => void,
    processes: ReadonlyMap<number, NodeProcess>,
  ) {
    this.machine = machine;
    this.program = program;
    this.#task = task;
    this.#end = end;
    this.#processes = processes;
    this.started_ns = machine.now_ns;
    this.loop = new uv_loop(machine, task);
    this.object = create_process_object(machine.world, this);
    this.#uncaught = task.signal.uncaught;
    task.signal.runtime = this.loop;
    task.signal.uncaught = (error, rejected) => this.#failed(error, rejected);
  }

  /** The program's `process` as an emitter of any event; its type knows only those of the host. */
  get #events(): EventEmitter {
    return this.object;
  }
  get pid(): number {
    return this.#task.pid;
  }
  get has_exited(): boolean {
    return this.#task.exited;
  }

  /** The process's main function. @returns the exit code */
  *run(loader: ModuleLoader): Sleeps<number> {
    const { loop, object } = this;
    this.#loader = loader;
    loop.init();
    loop.call(() => {
      const loading = loader.run_main(this.program.file);
      loading.then(
        () => (loop.is_loaded = true),
        (error) => this.#threw(error, 'unhandledRejection'),
      );
    });
    do {
      yield* loop.run();
      if (this.has_exited) return 0;
      // As in Node, a listener may give the loop more to do.
      if (loop.is_loaded) loop.call(() => object.emit('beforeExit', this.#exit_code(0)));
    } while (!loop.is_idle);
    if (this.has_exited) return 0;
    const code = loop.is_loaded ? this.#exit_code(0) : UNSETTLED_AWAIT;
    if (!loop.is_loaded) object.emitWarning('Detected unsettled top-level await');
    this.#emit_exit(code);
    return this.#exit_code(code);
  }

  /** A module of Node as the program sees it; undefined: Node has none of that name. */
  builtin(name: string): unknown {
    return this.#loader?.builtin(name);
  }

  /** End the process: process.exit(). */
  exit(code: unknown): void {
    if (this.has_exited) return;
    if (code !== undefined && code !== null) this.object.exitCode = code as number;
    // A listener of 'exit' that calls process.exit() is the last one.
    if (this.#is_exiting) return;
    this.#emit_exit(this.#exit_code(0));
    this.#end(this.#exit_code(0));
  }
  #exit_code(otherwise: number): number {
    const { exitCode } = this.object;
    return exitCode === undefined || exitCode === null ? otherwise : Number(exitCode);
  }
  #emit_exit(code: number): void {
    this.#is_exiting = true;
    try {
      this.object.emit('exit', code);
    } catch (error) {
      if (!(error instanceof ProcessExit)) throw error;
    }
  }

  /** process.kill(): a signal to a process of the same machine. */
  kill(target: number, signal: string | number): true {
    const other = this.#processes.get(target);
    if (other === undefined || other.machine !== this.machine || other.has_exited)
      throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', errno: -3, syscall: 'kill' });
    if (signal === 0) return true;
    other.loop.post(() => other.#signalled(signal));
    return true;
  }
  #signalled(signal: string | number): void {
    const [name, number] = Object.entries(DEADLY_SIGNALS).find((one) => one.includes(signal)) ?? [];
    const isCaught =
      number !== DEADLY_SIGNALS['SIGKILL'] && this.#events.emit(name ?? String(signal), signal);
    if (!isCaught && number !== undefined) this.#end(ENDED_BY_SIGNAL + number);
  }

  /** The program did not catch an error, or the rejection of a promise. */
  #failed(error: unknown, rejected: Promise<unknown> | undefined): void {
    if (error instanceof ProcessExit || this.has_exited) return;
    if (rejected === undefined) return this.#threw(error, 'uncaughtException');
    const events = this.#events;
    if (events.listenerCount('unhandledRejection') > 0)
      this.#guarded(() => events.emit('unhandledRejection', error, rejected));
    else this.#threw(error, 'unhandledRejection');
  }
  #threw(error: unknown, origin: 'uncaughtException' | 'unhandledRejection'): void {
    if (error instanceof ProcessExit || this.has_exited) return;
    const events = this.#events;
    this.#guarded(() => events.emit('uncaughtExceptionMonitor', error, origin));
    if (events.listenerCount('uncaughtException') > 0)
      return this.#guarded(() => events.emit('uncaughtException', error, origin));
    if (!this.#is_exiting) this.#emit_exit(1);
    this.#uncaught(error);
  }
  /** Call a listener of an error; what it throws itself ends the process. */
  #guarded(emit: () => void): void {
    try {
      emit();
    } catch (thrown) {
      if (!(thrown instanceof ProcessExit)) this.#uncaught(thrown);
    }
  }
}

/** Start a Node program. @param loader has the process's own modules, and has prepared the program's file */
export function spawn_node(
  machine: Machine,
  program: NodeProgram,
  processes: Map<number, NodeProcess>,
  loader: ModuleLoader,
): Process {
  return spawn_generator(machine, program.name, (task, end) => {
    const node = new NodeProcess(machine, program, task, end, processes);
    processes.set(node.pid, node);
    return node.run(loader);
  });
}
