/** Who has a socket open. */
import type { task_struct } from '../../stack/include/linux/sched.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import { sock_from_file } from '../../stack/net/socket/file.ts';

/** The first task that has the socket open; null: none. */
export function holderOf(sk: sock): task_struct | null {
  for (const task of sk.skc_net.machine.tasks.values())
    if (task.files.fd.some((file) => file !== null && sock_from_file(file)?.sk === sk)) return task;
  return null;
}
