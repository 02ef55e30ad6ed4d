/** The calls by which a scenario waits for events: poll, epoll, eventfd. */
import { sys_eventfd2 } from '../../fs/eventfd.ts';
import { do_epoll_ctl } from '../../fs/eventpoll/ctl.ts';
import { sys_epoll_create1 } from '../../fs/eventpoll/file.ts';
import { do_epoll_wait } from '../../fs/eventpoll/wait.ts';
import { do_sys_poll, type pollfd } from '../../fs/select.ts';
import { epoll_event } from '../../include/uapi/linux/eventpoll.ts';
import { show_value } from '../../lib/show_value.ts';
import type { World } from '../../world/world.ts';
import { toInt, toTimeout } from '../arguments.ts';
import { syscall } from '../syscall.ts';
import { atomic, hereIn } from './calls.ts';

/** What to watch for. EPOLL_CTL_DEL needs nothing: any other operation without it fails with EFAULT, as in C. */
function toEpollEvent(event: unknown): epoll_event | null {
  if (event === undefined || event === null) return null;
  if (typeof event !== 'object')
    throw new TypeError(`epoll_ctl: event must be { events, data }, got ${show_value(event)}`);
  const { events, data = 0 } = event as Partial<epoll_event>;
  return new epoll_event(toInt(events, 'event.events', 'epoll_ctl') | 0, data);
}

export function eventCalls(world: World) {
  const here = hereIn(world);
  return {
    poll(list: pollfd[], timeout = -1) {
      if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'object' && entry !== null))
        throw new TypeError(
          `poll: the first argument must be a list of { fd, events }, got ${show_value(list)}`,
        );
      for (const entry of list) {
        toInt(entry.fd, 'fd', 'poll');
        toInt(entry.events, 'events', 'poll');
      }
      const ms = toTimeout(timeout, 'poll');
      return syscall(here(), 'poll', [list, ms], do_sys_poll(here(), list, ms));
    },
    epoll_create1(flags = 0) {
      const bits = toInt(flags, 'flags', 'epoll_create1');
      return syscall<number>(
        here(),
        'epoll_create1',
        [bits],
        atomic(() => sys_epoll_create1(here(), bits)),
      );
    },
    epoll_ctl(epfd: number, op: number, fd: number, event?: unknown) {
      const args = [
        toInt(epfd, 'epfd', 'epoll_ctl'),
        toInt(op, 'op', 'epoll_ctl'),
        toInt(fd, 'fd', 'epoll_ctl'),
        toEpollEvent(event),
      ] as const;
      return syscall<0>(
        here(),
        'epoll_ctl',
        args,
        atomic(() => do_epoll_ctl(here(), ...args)),
      );
    },
    epoll_wait(epfd: number, maxevents: number, timeout = -1) {
      const args = [
        toInt(epfd, 'epfd', 'epoll_wait'),
        toInt(maxevents, 'maxevents', 'epoll_wait'),
        toTimeout(timeout, 'epoll_wait'),
      ] as const;
      return syscall(here(), 'epoll_wait', args, do_epoll_wait(here(), ...args));
    },
    eventfd(initval = 0, flags = 0) {
      const ints = [toInt(initval, 'initval', 'eventfd'), toInt(flags, 'flags', 'eventfd')] as const;
      return syscall<number>(
        here(),
        'eventfd2',
        ints,
        atomic(() => sys_eventfd2(here(), ...ints)),
      );
    },
  };
}
