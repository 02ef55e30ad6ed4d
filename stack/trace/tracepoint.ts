/** The types of the tracepoint table's entries. */
import type { net_device } from '../include/linux/netdevice.ts';
import type { sk_buff } from '../include/linux/skbuff.ts';
import type { sock_common } from '../include/net/sock.ts';
import type { Machine } from '../machine.ts';

/** Formats the text after a tracepoint's name. Its parameters are all of the tracepoint's arguments. */
type Print = (...args: never) => string;
type FindMachine<P extends Print> = (...args: Parameters<P>) => Machine;

/** One kind of event. `machine` is null when kernel code passes the machine before the arguments. */
export interface Tracepoint<Name extends string, P extends Print, Find extends FindMachine<P> | null> {
  readonly name: Name;
  readonly machine: Find;
  readonly print: P;
}

/** A tracepoint whose arguments identify the machine. */
export function tracepoint<Name extends string, P extends Print>(
  name: Name,
  machine: FindMachine<P>,
  print: P,
): Tracepoint<Name, P, FindMachine<P>> {
  return { name, machine, print };
}

/** A tracepoint whose arguments do not identify the machine. */
export function machineTracepoint<Name extends string, P extends Print>(
  name: Name,
  print: P,
): Tracepoint<Name, P, null> {
  return { name, machine: null, print };
}

/** How the machine is found. */
export const ofSock = (sk: sock_common): Machine => sk.skc_net.machine;
export const ofSkb = (skb: sk_buff): Machine => skb.machine;
export const ofDev = (dev: net_device): Machine => dev.machine;
