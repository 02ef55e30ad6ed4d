/**
 * The machine's tracepoints, as kernel code calls them: `trace.inet_sock_set_state(sk, oldstate, newstate)`.
 * Each call counts the event; without a listener nothing else happens.
 */
import type { Machine } from '../machine.ts';
import { TRACEPOINTS } from './table.ts';

type Table = typeof TRACEPOINTS;
/** The functions of the table, by key. */
type Trace = {
  readonly [Key in keyof Table]: Table[Key]['machine'] extends null
    ? (machine: Machine, ...args: Parameters<Table[Key]['print']>) => void
    : (...args: Parameters<Table[Key]['print']>) => void;
};
/** No tracepoint has more than four arguments. Rest parameters would allocate an array on each call. */
type Pass = (a: unknown, b: unknown, c: unknown, d: unknown) => void;

/** The caller passes the machine. */
function passedOn(id: number): Pass {
  return function pass(machine, a, b, c) {
    const { tracer } = machine as Machine;
    tracer.event++;
    if (tracer.armed[id] !== 0) tracer.emit(machine as Machine, id, a, b, c);
  };
}
/** The machine is found from the arguments. */
function passedWith(id: number, machineOf: (a: unknown, b: unknown) => Machine): Pass {
  return function pass(a, b, c, d) {
    const machine = machineOf(a, b);
    const { tracer } = machine;
    tracer.event++;
    if (tracer.armed[id] !== 0) tracer.emit(machine, id, a, b, c, d);
  };
}

function functionsOf(table: Table): Trace {
  const functions = {};
  for (const [id, [key, { machine }]] of Object.entries(table).entries()) {
    const value = machine === null ? passedOn(id) : passedWith(id, machine as (a: unknown) => Machine);
    // Defined, not assigned: V8 then keeps the object's properties in fast mode.
    Object.defineProperty(functions, key, { value, enumerable: true });
  }
  return functions as Trace;
}
export const trace: Trace = functionsOf(TRACEPOINTS);
