/** The machine's tracepoints, as kernel code calls them: `trace.inet_sock_set_state(sk, oldstate, newstate)`. */
export * as trace from './events/all.ts';
