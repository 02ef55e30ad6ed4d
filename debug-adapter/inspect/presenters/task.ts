/** struct task_struct, files and BSD sockets in one line. */
import { file } from '../../../stack/include/linux/fs.ts';
import { socket } from '../../../stack/include/linux/net.ts';
import { task_struct } from '../../../stack/include/linux/sched.ts';
import { uv_loop } from '../../../stack/node/uv/loop.ts';
import { MachineTimeout } from '../../../stack/user/globals.ts';
import { plural } from '../format.ts';
import { socketStates, socketTypes, taskStates } from '../names.ts';
import type { Presenter } from './presenter.ts';
import { presentSock } from './sock.ts';

export const presentTask: Presenter<task_struct> = {
  matches: (value): value is task_struct => value instanceof task_struct,
  summary: (task) => {
    const state =
      task === task.machine.current
        ? 'on the CPU'
        : (taskStates.name(task.__state) ?? `state ${task.__state}`);
    return `${task.comm} [pid ${task.pid}] ${state}${task.syscall === '' ? '' : ` in ${task.syscall}()`}`;
  },
};
/** What setTimeout() or setInterval() of a scenario returns, by the process that has called it. */
export const presentTimeout: Presenter<MachineTimeout> = {
  matches: (value): value is MachineTimeout => value instanceof MachineTimeout,
  summary: (timeout) => {
    const { comm, pid } = MachineTimeout.task_of(timeout);
    return `setTimeout() of ${comm} [pid ${pid}]`;
  },
};
/** The loop of a Node program, by its process. */
export const presentLoop: Presenter<uv_loop> = {
  matches: (value): value is uv_loop => value instanceof uv_loop,
  summary: ({ task }) => `event loop of ${task.comm} [pid ${task.pid}]`,
};
export const presentSocket: Presenter<socket> = {
  matches: (value): value is socket => value instanceof socket,
  summary: (sock, context) => {
    const inner = sock.sk === null ? 'no sock yet' : presentSock.summary(sock.sk, context);
    return `${socketTypes.name(sock.type) ?? `type ${sock.type}`} ${socketStates.name(sock.state) ?? sock.state} · ${inner}`;
  },
};
export const presentFile: Presenter<file> = {
  matches: (value): value is file => value instanceof file,
  summary: (open) => `${open.f_op.name}, ${plural(open.f_count, 'reference')}`,
};
