/** Syscall enter and exit: `connect`, `connect || accept`, `name == send && pid == 101`, `failed`. */
import { IS_ERR } from '../../stack/include/uapi/asm-generic/errno.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { errnoName, errnoNames } from '../../stack/user/errors.ts';
import { ConditionParser, type Condition, type Fields } from './condition.ts';
import type { Filter } from './filter.ts';

type Enter = [task: task_struct, name: string, args: readonly unknown[]];
const enterOf = (hit: TraceHit) => hit.args as unknown as Enter;

/** What scenarios call; sleep() is nanosleep. */
export const SYSCALLS: readonly string[] =
  'socket bind listen accept accept4 connect getsockname getpeername send sendto recv recvfrom read write shutdown close setsockopt getsockopt fcntl ioctl poll nanosleep'.split(
    ' ',
  );
/** Each as a condition of its own: `connect`. */
const NAMES: Fields<TraceHit> = Object.fromEntries(
  SYSCALLS.map((name) => [name, { kind: 'flag', get: (hit: TraceHit) => enterOf(hit)[1] === name }]),
);

const FIELDS: Fields<TraceHit> = {
  name: { kind: 'word', words: SYSCALLS, get: (hit) => enterOf(hit)[1] },
  pid: { kind: 'number', get: (hit) => enterOf(hit)[0].pid },
  process: { kind: 'word', get: (hit) => enterOf(hit)[0].comm },
  fd: {
    kind: 'number',
    get: (hit) => (hit.name === 'syscalls:sys_enter' ? Number(enterOf(hit)[2][0]) : NaN),
  },
};
const EXIT_FIELDS: Fields<TraceHit> = {
  name: FIELDS['name']!,
  pid: FIELDS['pid']!,
  process: FIELDS['process']!,
  failed: { kind: 'flag', get: (hit) => IS_ERR(hit.args[2]) },
  error: {
    kind: 'word',
    words: errnoNames(),
    get: (hit) => (IS_ERR(hit.args[2]) ? errnoName(hit.args[2] as number) : ''),
  },
};

/** Names of system calls alone may be written, without `name ==`, and with `sys_` before them. */
function parse(text: string, fields: Fields<TraceHit>, example: string): Condition<TraceHit> {
  if (text.trim() === '') return () => true;
  const plain = text.replace(/\bsys_(?=[a-z])/g, '').replace(/,/g, ' || ');
  return new ConditionParser(plain, { ...fields, ...NAMES }, example).parse();
}

function argumentText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'sin_addr' in value) {
    const { sin_addr, sin_port } = value as { sin_addr: number; sin_port: number };
    return `${sin_addr >>> 24}.${(sin_addr >>> 16) & 255}.${(sin_addr >>> 8) & 255}.${sin_addr & 255}:${sin_port}`;
  }
  return typeof value === 'object' && value !== null ? '…' : String(value);
}

export const syscallEnterFilter: Filter = {
  id: 'syscallEnter',
  label: 'Syscall enter',
  description: 'Stop when a process enters the kernel.',
  placeholder: 'connect, or name == send && process == client',
  tracepoints: ['syscalls:sys_enter'],
  compile: (text) => {
    const matches = parse(
      text,
      FIELDS,
      'Write for example connect, connect || accept, or name == send && fd == 3.',
    );
    return (hit) => {
      if (!matches(hit)) return undefined;
      const [task, name, args] = enterOf(hit);
      const who = `${task.comm} [pid ${task.pid}]`;
      return {
        label: `${name}()`,
        description: `${name}(${args.map(argumentText).join(', ')}) by ${who}`,
      };
    };
  },
};

export const syscallExitFilter: Filter = {
  id: 'syscallExit',
  label: 'Syscall exit',
  description: 'Stop when a system call returns to its process.',
  placeholder: 'failed, or name == connect && error == ECONNREFUSED',
  tracepoints: ['syscalls:sys_exit'],
  compile: (text) => {
    const matches = parse(
      text,
      EXIT_FIELDS,
      'Write for example accept, failed, or name == connect && error == ECONNREFUSED.',
    );
    return (hit) => {
      if (!matches(hit)) return undefined;
      const [task, name, result] = hit.args as [task_struct, string, unknown];
      const shown = IS_ERR(result) ? `-${errnoName(result as number)}` : argumentText(result);
      const who = `${task.comm} [pid ${task.pid}]`;
      return { label: `${name}() = ${shown}`, description: `return of ${name}() = ${shown} to ${who}` };
    };
  },
};
