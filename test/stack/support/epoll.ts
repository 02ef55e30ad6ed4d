/** What the stories of epoll have in common. */
import assert from 'node:assert/strict';
import { alloc_file, fd_install, get_unused_fd_flags } from '../../../stack/fs/file.ts';
import type { file_operations } from '../../../stack/include/linux/fs.ts';
import { IS_ERR } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { O_RDWR } from '../../../stack/include/uapi/asm-generic/fcntl.ts';
import { type Sockscope, story } from './story.ts';

export const ADDRESS = { address: '127.0.0.1', port: 80 };
/** Do something some ms from now, on a thread of its own, while this one sleeps. */
export const after = (s: Sockscope, ms: number, act: () => unknown): Promise<unknown> =>
  s.sleep(ms).then(act);
export const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();

/** A connection to this process itself: client and accepted descriptor. The listener is closed. */
export async function pair(s: Sockscope): Promise<[number, number]> {
  const listener = await listening(s);
  const client = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.connect(client, ADDRESS);
  const accepted = await s.accept(listener);
  await s.close(listener);
  return [client, accepted];
}
export async function listening(s: Sockscope): Promise<number> {
  const listener = await s.socket(s.AF_INET, s.SOCK_STREAM);
  await s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
  await s.bind(listener, ADDRESS);
  await s.listen(listener, 16);
  return listener;
}
/** An epoll descriptor that watches one file. */
export async function watching(s: Sockscope, fd: number, events: number): Promise<number> {
  const epfd = await s.epoll_create1();
  await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events, data: fd });
  return epfd;
}
/** The events of an epoll_wait() that does not sleep, by name. */
export async function ready(s: Sockscope, epfd: number): Promise<string[]> {
  return (await s.epoll_wait(epfd, 16, 0)).map(({ events }) => eventNames(s, events));
}
export const NAMES = ['EPOLLIN', 'EPOLLPRI', 'EPOLLOUT', 'EPOLLERR', 'EPOLLHUP', 'EPOLLRDHUP'] as const;
export function eventNames(s: Sockscope, events: number): string {
  const names = NAMES.filter((name) => (events & s[name]) !== 0).map((name) => name.replace('EPOLL', ''));
  const rest = NAMES.reduce((left, name) => left & ~s[name], events);
  return [...names, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join(' ');
}
export async function closeAll(s: Sockscope, ...fds: number[]): Promise<void> {
  for (const fd of fds) await s.close(fd);
}
/** A descriptor for a file of a kind of its own. */
export function open(s: Sockscope, f_op: file_operations): number {
  const { machine } = s;
  const fd = get_unused_fd_flags(machine.current, 0);
  const opened = alloc_file(machine, f_op, O_RDWR, null);
  assert.ok(!IS_ERR(opened));
  fd_install(machine.current, fd, opened);
  return fd;
}
