/** Network devices, neighbours, routes, timers and addresses in one line. */
import { net_device } from '../../../stack/include/linux/netdevice.ts';
import { hrtimer, timer_list } from '../../../stack/include/linux/timer.ts';
import { neighbour } from '../../../stack/include/net/neighbour.ts';
import { NSEC_PER_JIFFY } from '../../../stack/kernel/time/jiffies.ts';
import type { Machine } from '../../../stack/machine.ts';
import { duration, endpoint, ipv4, mac } from '../format.ts';
import { interfaceFlags, nudStates } from '../names.ts';
import { storedValue } from '../values/peek.ts';
import type { Presenter } from './presenter.ts';

export function deviceFlags(flags: number): string {
  return [...interfaceFlags.byName]
    .filter(([name, bit]) => (flags & bit) !== 0 && name !== 'IFF_RUNNING')
    .map(([name]) => name.slice('IFF_'.length))
    .join(' ');
}
export const presentDevice: Presenter<net_device> = {
  matches: (value): value is net_device => value instanceof net_device,
  summary: (dev) => `${dev.name} ${deviceFlags(dev.flags)} mtu ${dev.mtu}`,
};
export const presentNeighbour: Presenter<neighbour> = {
  matches: (value): value is neighbour => value instanceof neighbour,
  summary: (neigh) => {
    const state = nudStates.name(neigh.nud_state) ?? String(neigh.nud_state);
    return `${ipv4(neigh.primary_key)} at ${mac(neigh.ha)} ${state.slice('NUD_'.length)} dev ${neigh.dev.name}`;
  },
};
/** What is not its address, the shortest first: `REACHABLE da:69:6d:a1:02:03`. */
export function neighbourState({ nud_state, ha }: neighbour): string {
  const state = nudStates.name(nud_state) ?? String(nud_state);
  return `${state.slice('NUD_'.length)} ${mac(ha)}`;
}

/** `in 200 ms`, `not armed`. @param write formats a duration */
export function timeLeft(
  timer: { readonly entry: number; readonly expires: number },
  now_ns: number,
  write = duration,
): string {
  if (timer.entry < 0) return 'not armed';
  const expires = timer instanceof hrtimer ? timer.expires : timer.expires * NSEC_PER_JIFFY;
  return expires <= now_ns ? 'due' : `in ${write(expires - now_ns)}`;
}
export const presentTimer: Presenter<timer_list | hrtimer> = {
  matches: (value): value is timer_list | hrtimer => value instanceof timer_list || value instanceof hrtimer,
  summary: (timer, { machine }) => `${timer.function.name || 'timer'}: ${timeLeft(timer, machine.now_ns)}`,
};
/** It runs out only while something else lets time pass: a world in which nothing else is due has ended. */
export function isInBackground(machine: Machine, timer: timer_list | hrtimer): boolean {
  return timer instanceof hrtimer && machine.background_timers.has(timer);
}
interface Sockaddr {
  sin_family: number;
  sin_port: number;
  sin_addr: number;
}
/** Scenarios create such objects too: read only stored properties. */
export const presentSockaddr: Presenter<Sockaddr> = {
  matches: (value): value is Sockaddr =>
    ['sin_family', 'sin_port', 'sin_addr'].every((name) => typeof storedValue(value, name) === 'number'),
  summary: (address) => endpoint(address.sin_addr, address.sin_port),
};
