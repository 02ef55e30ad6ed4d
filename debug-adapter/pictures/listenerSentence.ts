/** A change at a listener as a sentence. */
import { message, type Message } from '../../language/message.ts';
import type { Note } from './listenerLog.ts';

/** `the accept queue is full (2 of 2)` */
function full(queue: 'SYN' | 'accept', { synQueue, acceptQueue, room }: Note): Message {
  return queue === 'SYN'
    ? message('the SYN queue is full ({0} of {1})', synQueue, room)
    : message('the accept queue is full ({0} of {1})', acceptQueue, room);
}

function closedSentence({ synQueue, acceptQueue, process }: Note): Message {
  const connections =
    acceptQueue === 1
      ? message('1 connection in the accept queue')
      : message('{0} connections in the accept queue', acceptQueue);
  const requests =
    synQueue === 1
      ? message('1 request in the SYN queue')
      : message('{0} requests in the SYN queue', synQueue);
  if (acceptQueue === 0 && synQueue === 0)
    return message('{0} closes the listener: both queues are empty.', process);
  if (acceptQueue > 0 && synQueue > 0)
    return message('{0} closes the listener: with {1} and {2}.', process, connections, requests);
  return message('{0} closes the listener: with {1}.', process, acceptQueue > 0 ? connections : requests);
}

function againSentence(peer: string, { byTimer, timeouts, acked }: Note): Message {
  if (!byTimer) return message("{0}'s SYN comes again: its SYN-ACK is sent again.", peer);
  if (acked)
    return message(
      "{0}'s request is still in the SYN queue: its SYN-ACK is sent again, so that its ACK can find room.",
      peer,
    );
  if (timeouts === 0)
    return message('No ACK came from {0}: its SYN-ACK is sent again, for the first time.', peer);
  if (timeouts === 1)
    return message('No ACK came from {0}: its SYN-ACK is sent again, for the second time.', peer);
  if (timeouts === 2)
    return message('No ACK came from {0}: its SYN-ACK is sent again, for the third time.', peer);
  return message('No ACK came from {0}: its SYN-ACK is sent again, for the {1}th time.', peer, timeouts + 1);
}

/**
 * What happened, and why.
 *
 * @param peer the name of the other end
 * @param cookies a full SYN queue is answered with cookies
 */
export function listenerSentence(note: Note, peer: string, cookies: boolean): Message {
  switch (note.kind) {
    case 'listens':
      return message(
        '{0} listens: {1} connections fit into each queue, one more than the backlog.',
        note.process,
        note.room,
      );
    case 'closed':
      return closedSentence(note);
    case 'queued':
      return message("{0}'s SYN arrives: its request is in the SYN queue, and a SYN-ACK answers it.", peer);
    case 'synQueueFull':
      return cookies
        ? message("{0}'s SYN finds that {1}: no request is stored for it.", peer, full('SYN', note))
        : message("{0}'s SYN is dropped: {1}, and net.ipv4.tcp_syncookies is 0.", peer, full('SYN', note));
    case 'cookie':
      return message("{0}'s SYN is answered with a SYN cookie: no request is stored for it.", peer);
    case 'reserved':
      return message(
        "{0}'s SYN is dropped: without SYN cookies the last quarter of net.ipv4.tcp_max_syn_backlog is kept for clients that are known.",
        peer,
      );
    case 'synDropped':
      return message("{0}'s SYN is dropped: {1}.", peer, full('accept', note));
    case 'ackDropped':
      return note.byCookie
        ? message(
            "{0}'s ACK is dropped: {1}. Nothing of it was stored, only a SYN cookie was sent.",
            peer,
            full('accept', note),
          )
        : message(
            "{0}'s request stays in the SYN queue: {1}, and its ACK is dropped.",
            peer,
            full('accept', note),
          );
    case 'aborted':
      return message(
        "{0}'s request is reset: {1}, and net.ipv4.tcp_abort_on_overflow is 1.",
        peer,
        full('accept', note),
      );
    case 'deferred':
      return message(
        "{0}'s request stays in the SYN queue: TCP_DEFER_ACCEPT waits for its first data.",
        peer,
      );
    case 'synAckAgain':
      return againSentence(peer, note);
    case 'expired':
      return note.timeouts === 0
        ? message(
            "{0}'s request is given up: its SYN-ACK was sent 1 time, and no ACK has finished the handshake.",
            peer,
          )
        : message(
            "{0}'s request is given up: its SYN-ACK was sent {1} times, and no ACK has finished the handshake.",
            peer,
            note.timeouts + 1,
          );
    case 'unreachable':
      return message("{0}'s request is given up: its SYN-ACK cannot reach it.", peer);
    case 'reset':
      return message('{0} resets its connection: its request leaves the SYN queue.', peer);
    case 'refused':
      return message("{0}'s request is answered with a reset and leaves the SYN queue.", peer);
    case 'established':
      return note.byCookie
        ? message("{0}'s ACK brings its SYN cookie back: its connection is in the accept queue.", peer)
        : message("{0}'s ACK finishes the handshake: from the SYN queue it moves to the accept queue.", peer);
    case 'accepted':
      return message("{0} accepts {1}'s connection: it leaves the accept queue.", note.process, peer);
    case 'forgotten':
      return message("{0}'s connection is reset: the listener closes before accept() has taken it.", peer);
  }
}
