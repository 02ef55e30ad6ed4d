/** Syscall enter and exit: `connect`, `connect || accept`, `name == send && pid == 101`, `failed`. */
import { message, type Message } from '../../language/message.ts';
import { IS_ERR } from '../../stack/include/uapi/asm-generic/errno.ts';
import { sockaddr_in } from '../../stack/include/uapi/linux/in.ts';
import { sockaddr_in6 } from '../../stack/include/uapi/linux/in6.ts';
import { valueText } from '../../stack/trace/text.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { errnoName, errnoNames } from '../../stack/user/errors.ts';
import { ConditionParser, type Condition, type Fields } from './condition.ts';
import { filterOn } from './filter.ts';

type EnterHit = TraceHit<'syscalls:sys_enter'>;
type ExitHit = TraceHit<'syscalls:sys_exit'>;
type Hit = EnterHit | ExitHit;

/** The system calls that scenarios make; sleep() is nanosleep. */
export const SYSCALLS: readonly string[] =
  'socket bind listen accept accept4 connect getsockname getpeername send sendto recv recvfrom read write shutdown close setsockopt getsockopt fcntl ioctl poll epoll_create1 epoll_ctl epoll_wait eventfd2 nanosleep'.split(
    ' ',
  );
/** Each name is a condition of its own: `connect`. */
const NAMES: Fields<Hit> = Object.fromEntries(
  SYSCALLS.map((name) => [name, { kind: 'flag', get: ({ args }: Hit) => args[1] === name }]),
);

const CALL_FIELDS: Fields<Hit> = {
  name: { kind: 'word', words: SYSCALLS, get: ({ args: [, name] }) => name },
  pid: { kind: 'number', get: ({ args: [task] }) => task.pid },
  process: { kind: 'word', get: ({ args: [task] }) => task.comm },
};
const ENTER_FIELDS: Fields<EnterHit> = {
  ...CALL_FIELDS,
  fd: { kind: 'number', get: ({ args: [, , given] }) => Number(given[0]) },
};
const EXIT_FIELDS: Fields<ExitHit> = {
  ...CALL_FIELDS,
  failed: { kind: 'flag', get: ({ args: [, , result] }) => IS_ERR(result) },
  error: {
    kind: 'word',
    words: errnoNames(),
    get: ({ args: [, , result] }) => (IS_ERR(result) ? errnoName(result) : ''),
  },
};

/** Names of system calls can be written alone, without `name ==`, and with the prefix `sys_`. */
function parse<One extends Hit>(text: string, fields: Fields<One>, example: Message): Condition<One> {
  if (text.trim() === '') return () => true;
  const plain = text.replace(/\bsys_(?=[a-z])/g, '').replace(/,/g, ' || ');
  return new ConditionParser(plain, { ...fields, ...NAMES }, example).parse();
}

function argumentText(value: unknown): string {
  if (value instanceof sockaddr_in || value instanceof sockaddr_in6) return valueText(value);
  return typeof value === 'object' && value !== null ? '…' : String(value);
}

export const syscallEnterFilter = filterOn({
  id: 'syscallEnter',
  tracepoints: ['syscalls:sys_enter'],
  compile: (text) => {
    const matches = parse(
      text,
      ENTER_FIELDS,
      message('Write for example connect, connect || accept, or name == send && fd == 3.'),
    );
    return (hit) => {
      if (!matches(hit)) return undefined;
      const [task, name, args] = hit.args;
      const who = `${task.comm} [pid ${task.pid}]`;
      return {
        label: `${name}()`,
        description: message('{0}({1}) by {2}', name, args.map(argumentText).join(', '), who),
      };
    };
  },
});

export const syscallExitFilter = filterOn({
  id: 'syscallExit',
  tracepoints: ['syscalls:sys_exit'],
  compile: (text) => {
    const matches = parse(
      text,
      EXIT_FIELDS,
      message('Write for example accept, failed, or name == connect && error == ECONNREFUSED.'),
    );
    return (hit) => {
      if (!matches(hit)) return undefined;
      const [task, name, result] = hit.args;
      const shown = IS_ERR(result) ? `-${errnoName(result)}` : argumentText(result);
      const who = `${task.comm} [pid ${task.pid}]`;
      return {
        label: `${name}() = ${shown}`,
        description: message('return of {0}() = {1} to {2}', name, shown, who),
      };
    };
  },
});
