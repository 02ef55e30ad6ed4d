/** The minimum over a sliding time window, in constant space: the best three samples. @linux lib/win_minmax.c */
import type { minmax } from '../include/linux/tcp.ts';

/** Reset to a single sample. @linux include/linux/win_minmax.h */
export function minmax_reset(m: minmax, t: number, meas: number): number {
  m.t0 = m.t1 = m.t2 = t;
  m.v0 = m.v1 = m.v2 = meas;
  return meas;
}

/**
 * Add a sample taken at time `t`.
 *
 * @param win length of the window, in the unit of `t`
 * @returns the minimum over the window
 * @linux lib/win_minmax.c
 */
export function minmax_running_min(m: minmax, win: number, t: number, meas: number): number {
  if (meas <= m.v0 || t - m.t2 > win) return minmax_reset(m, t, meas);
  if (meas <= m.v1) {
    m.t1 = m.t2 = t;
    m.v1 = m.v2 = meas;
  } else if (meas <= m.v2) {
    m.t2 = t;
    m.v2 = meas;
  }
  return minmax_subwin_update(m, win, t, meas);
}

/** As time passes, the second and third best replace samples that have left the window. */
function minmax_subwin_update(m: minmax, win: number, t: number, meas: number): number {
  const dt = t - m.t0;
  if (dt > win) {
    shift_in(m, t, meas);
    if (t - m.t0 > win) shift_in(m, t, meas);
  } else if (m.t1 === m.t0 && dt > win / 4) {
    m.t1 = m.t2 = t;
    m.v1 = m.v2 = meas;
  } else if (m.t2 === m.t1 && dt > win / 2) {
    m.t2 = t;
    m.v2 = meas;
  }
  return m.v0;
}

function shift_in(m: minmax, t: number, meas: number): void {
  m.t0 = m.t1;
  m.v0 = m.v1;
  m.t1 = m.t2;
  m.v1 = m.v2;
  m.t2 = t;
  m.v2 = meas;
}
