/** The calls of a scenario about its process and the time. */
import { EINVAL } from '../../include/uapi/asm-generic/errno.ts';
import { hrtimer_nanosleep } from '../../kernel/time/nanosleep.ts';
import { ktime_get_ns, ktime_get_real_ns } from '../../kernel/time/timekeeping.ts';
import { show_value } from '../../lib/show_value.ts';
import type { World } from '../../world/world.ts';
import { CONSTANTS } from '../constants.ts';
import { SystemError } from '../errors.ts';
import { spawn_process } from '../process.ts';
import { syscall } from '../syscall.ts';
import { hereIn } from './calls.ts';

export function processCalls(world: World) {
  const here = hereIn(world);
  return {
    /** ms */
    sleep(ms: number) {
      if (typeof ms !== 'number' || !(ms >= 0))
        throw new TypeError(`sleep: ms must be a number of at least 0, got ${show_value(ms)}`);
      return syscall(here(), 'nanosleep', [ms], hrtimer_nanosleep(here(), Math.round(ms * 1e6)));
    },
    /** ns */
    clock_gettime(clock: number = CONSTANTS.CLOCK_MONOTONIC) {
      if (clock === CONSTANTS.CLOCK_REALTIME) return ktime_get_real_ns(here());
      if (clock !== CONSTANTS.CLOCK_MONOTONIC) throw new SystemError(-EINVAL, 'clock_gettime');
      return ktime_get_ns(here());
    },
    getpid() {
      return here().current.tgid;
    },
    spawn(name: string, main: () => unknown) {
      if (typeof name !== 'string' || typeof main !== 'function')
        throw new TypeError('spawn: call it as spawn(name, async () => { … })');
      const { pid, exited } = spawn_process(here(), name, main);
      return { pid, exited };
    },
  };
}
