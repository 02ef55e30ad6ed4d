/** struct task_struct, files and BSD sockets in one line. */
import { file } from '../../../stack/include/linux/fs.ts';
import { socket } from '../../../stack/include/linux/net.ts';
import { task_struct } from '../../../stack/include/linux/sched.ts';
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
