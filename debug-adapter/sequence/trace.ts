/**
 * A run as text, line by line, in strace's and tcpdump's way: what two runs are compared by. A line has no event
 * number, since after the first difference every number is another one.
 */
import type { TraceArguments, TraceLine, TraceResponse } from '../protocol.ts';
import { addressText, socketText, type End } from './ends.ts';
import type { FrameFacts } from './frameFacts.ts';
import type { Happening } from './happening.ts';

const USUAL_LINES = 100_000;
/** The name of a host that has none: there is no other one. */
const ONLY_HOST = 'localhost';

/** The lines from the beginning on: two runs that began alike differ somewhere after it. */
export function traceOf(
  happenings: readonly Happening[],
  missing: number,
  { count = USUAL_LINES }: TraceArguments,
): TraceResponse {
  const names = new Map<number, string>();
  const lines = happenings.slice(0, count).map((happening): TraceLine => {
    const { event, timeNs, host, pid } = happening;
    if (happening.kind === 'enter') names.set(pid, happening.process);
    const who = pid === 0 ? 'kernel' : `${names.get(pid) ?? 'task'}[${pid}]`;
    const actor = host === '' || host === ONLY_HOST ? who : `${host} ${who}`;
    return { event, timeNs, text: `${actor}: ${textOf(happening)}` };
  });
  return { lines, missing, leftOut: Math.max(0, happenings.length - count) };
}

function textOf(happening: Happening): string {
  switch (happening.kind) {
    case 'enter':
      return `${happening.call}(${happening.arguments})`;
    case 'exit':
      return `${happening.call}() = ${happening.error ?? happening.result ?? '?'}`;
    case 'sleep':
      return 'sleeps';
    case 'wake':
      return 'is woken';
    case 'end':
      return 'ends';
    case 'state':
      return `${endText(happening.socket)}: ${happening.from} → ${happening.to}`;
    case 'sent':
      return `packet ${happening.frame} ${happening.isOutside ? 'comes from outside' : `is sent by ${happening.interface}`}: ${frameText(happening.facts)}`;
    case 'arrived':
      return `packet ${happening.frame} ${happening.isOutside ? 'leaves for the outside' : `is stored by ${happening.interface}`}`;
    case 'taken':
      return `packet ${happening.frame} is taken`;
    case 'lost':
      return `packet ${happening.frame} is lost${happening.reason === 'lost' ? ' on its wire' : `: ${happening.reason}`}`;
    case 'dropped':
      return `packet ${happening.frame} is dropped: ${happening.reason}`;
    case 'queues':
      return `${endText(happening.socket)}: SYN queue ${happening.syn}, accept queue ${happening.accept}, backlog ${happening.backlog}`;
    case 'overflow':
      return `${endText(happening.socket)}: the ${happening.queue === 'syn' ? 'SYN' : 'accept'} queue is full`;
    case 'output':
      return `writes "${happening.text}"`;
  }
}

function endText(end: End): string {
  return `${end.protocol} ${socketText(end)}`;
}

/** `TCP 127.0.0.1:40312 → 127.0.0.1:8080 [SYN] seq 1200 ack 0 win 65495 len 0`: numbers as they stand in the frame */
function frameText({ protocol, about, payload, tcp, ...ends }: FrameFacts): string {
  const { source, sourcePort, destination, destinationPort } = ends;
  const between = `${addressText(source, sourcePort)} → ${addressText(destination, destinationPort)}`;
  const what =
    tcp === undefined
      ? (about ?? '')
      : `[${tcp.flags.join(', ')}] seq ${tcp.seq} ack ${tcp.ack} win ${tcp.window}`;
  return [protocol, between, what, `len ${payload}`].filter(Boolean).join(' ');
}
