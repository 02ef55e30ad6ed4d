/** A change at a listener as a sentence. */
import { plural } from '../inspect/format.ts';
import type { Note } from './listenerLog.ts';

const TIMES = ['first', 'second', 'third'];
const nth = (index: number): string => TIMES[index] ?? `${index + 1}th`;

/** `the accept queue is full (2 of 2)` */
function full(queue: 'SYN' | 'accept', { synQueue, acceptQueue, room }: Note): string {
  return `the ${queue} queue is full (${queue === 'SYN' ? synQueue : acceptQueue} of ${room})`;
}

function closedSentence({ synQueue, acceptQueue, process }: Note): string {
  const left = [
    acceptQueue > 0 && `${plural(acceptQueue, 'connection')} in the accept queue`,
    synQueue > 0 && `${plural(synQueue, 'request')} in the SYN queue`,
  ].filter((part) => part !== false);
  const lost = left.length === 0 ? 'both queues are empty' : `with ${left.join(' and ')}`;
  return `${process} closes the listener: ${lost}.`;
}

function againSentence(peer: string, { byTimer, timeouts, acked }: Note): string {
  if (!byTimer) return `${peer}'s SYN comes again: its SYN-ACK is sent again.`;
  if (acked)
    return `${peer}'s request is still in the SYN queue: its SYN-ACK is sent again, so that its ACK can find room.`;
  return `No ACK came from ${peer}: its SYN-ACK is sent again, for the ${nth(timeouts)} time.`;
}

/**
 * What happened, and why.
 *
 * @param peer the name of the other end
 * @param cookies a full SYN queue is answered with cookies
 */
export function listenerSentence(note: Note, peer: string, cookies: boolean): string {
  switch (note.kind) {
    case 'listens':
      return `${note.process} listens: ${note.room} connections fit into each queue, one more than the backlog.`;
    case 'closed':
      return closedSentence(note);
    case 'queued':
      return `${peer}'s SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.`;
    case 'synQueueFull':
      return cookies
        ? `${peer}'s SYN finds that ${full('SYN', note)}: no request is stored for it.`
        : `${peer}'s SYN is dropped: ${full('SYN', note)}, and net.ipv4.tcp_syncookies is 0.`;
    case 'cookie':
      return `${peer}'s SYN is answered with a SYN cookie: no request is stored for it.`;
    case 'reserved':
      return `${peer}'s SYN is dropped: without SYN cookies the last quarter of net.ipv4.tcp_max_syn_backlog is kept for clients that are known.`;
    case 'synDropped':
      return `${peer}'s SYN is dropped: ${full('accept', note)}.`;
    case 'ackDropped':
      return note.byCookie
        ? `${peer}'s ACK is dropped: ${full('accept', note)}. Nothing of it was stored, only a SYN cookie was sent.`
        : `${peer}'s request stays in the SYN queue: ${full('accept', note)}, and its ACK is dropped.`;
    case 'aborted':
      return `${peer}'s request is reset: ${full('accept', note)}, and net.ipv4.tcp_abort_on_overflow is 1.`;
    case 'deferred':
      return `${peer}'s request stays in the SYN queue: TCP_DEFER_ACCEPT waits for its first data.`;
    case 'synAckAgain':
      return againSentence(peer, note);
    case 'expired':
      return `${peer}'s request is given up: its SYN-ACK was sent ${plural(note.timeouts + 1, 'time')}, and no ACK has finished the handshake.`;
    case 'unreachable':
      return `${peer}'s request is given up: its SYN-ACK cannot reach it.`;
    case 'reset':
      return `${peer} resets its connection: its request leaves the SYN queue.`;
    case 'refused':
      return `${peer}'s request is answered with a reset and leaves the SYN queue.`;
    case 'established':
      return note.byCookie
        ? `${peer}'s ACK brings its SYN cookie back: its connection is in the accept queue.`
        : `${peer}'s ACK finishes the handshake: from the SYN queue it moves to the accept queue.`;
    case 'accepted':
      return `${note.process} accepts ${peer}'s connection: it leaves the accept queue.`;
    case 'forgotten':
      return `${peer}'s connection is reset: the listener closes before accept() has taken it.`;
  }
}
