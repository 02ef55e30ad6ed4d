/** A frame's cause in one sentence, or two. */
import type { LossSign } from '../../../stack/capture/send_reason.ts';
import { english, type Translate } from '../../../language/message.ts';
import type { Cause } from './cause.ts';

/** What a frame is, as far as its cause is told differently. */
export type FrameKind = 'arp request' | 'arp reply' | 'other';

const ARP = 0x0806;
const REQUEST = 1;

export function frameKind(bytes: Uint8Array): FrameKind {
  if (bytes.length < 22 || ((bytes[12]! << 8) | bytes[13]!) !== ARP) return 'other';
  return ((bytes[20]! << 8) | bytes[21]!) === REQUEST ? 'arp request' : 'arp reply';
}

export function causeSentence(cause: Cause, kind: FrameKind, t: Translate = english): string {
  const sentences = [new Telling(cause, t).sentence(kind)];
  const { isFromBacklog, packet, process, pid, released } = cause;
  if (isFromBacklog)
    sentences.push(
      t('Packet {0} waited in the backlog: {1} had the socket.', packet ?? 0, who(process, pid)),
    );
  if (released !== undefined)
    sentences.push(t('It waited for the address of its neighbour, which packet {0} has told.', released));
  return sentences.join(' ');
}

/** `packet 7`, `the timer tcp_write_timer()` or `send(3, 5 bytes) of client [pid 101]`: what was being handled. */
export const triggerText = (cause: Cause, t: Translate): string => new Telling(cause, t).trigger;

const who = (process = '', pid = 0): string => `${process} [pid ${pid}]`;

class Telling {
  readonly #cause: Cause;
  readonly #t: Translate;

  constructor(cause: Cause, t: Translate) {
    this.#cause = cause;
    this.#t = t;
  }

  sentence(kind: FrameKind): string {
    const t = this.#t;
    if (this.#cause.why === 'injected') return t('You have injected it in the debugger.');
    if (kind === 'arp reply') return t('Answers {0}.', this.trigger);
    if (kind === 'arp request')
      return this.#cause.timer === 'neigh_timer_handler'
        ? t('The neighbour has not answered yet, or has not been heard of for a while: it is asked again.')
        : t('The address of a neighbour is needed to send this: {0}', this.#reason());
    return this.#reason();
  }

  #reason(): string {
    const t = this.#t;
    const { why, amount = 0 } = this.#cause;
    const [trigger, caller] = [this.trigger, this.#caller];
    switch (why) {
      case undefined:
        return this.#plain();
      case 'syn':
        return t('{0} opens a connection.', caller);
      case 'syn_timeout':
        return t('The SYN is sent again: no answer came within {0} ms.', amount);
      case 'syn_ack':
        return t('Answers {0}: the request is in the SYN queue now.', trigger);
      case 'syn_cookie':
        return t('Answers {0} with a SYN cookie: nothing is stored.', trigger);
      case 'syn_ack_again':
        return this.#cause.handled === 'packet'
          ? t('The SYN-ACK is sent again (time {0}), because the SYN came again in {1}.', amount, trigger)
          : t('The SYN-ACK is sent again (time {0}), because the timer of the request has fired.', amount);
      case 'syn_crossed':
        return t('There is a SYN in {0}, too: both ends open the connection at once.', trigger);
      case 'handshake_ack':
        return t('Completes the handshake: the SYN-ACK is {0}.', trigger);
      case 'data':
        return t('{0} sends data.', caller);
      case 'more_data':
        return t('It waited in the send queue, and {0} lets it go.', trigger);
      case 'queue_room':
        return this.#cause.timer === 'tcp_pace_kick'
          ? t('It waited for its time: the connection is paced.')
          : t('It waited until the NIC had sent enough of what was before it (TCP small queues).');
      case 'uncork':
        return t('{0} takes out the cork: what waited is sent.', caller);
      case 'nodelay':
        return t("{0} switches Nagle's algorithm off: what waited is sent.", caller);
      case 'mtu_probe':
        return t('A longer segment than before: it finds out whether the path takes it.');
      case 'fin':
        return this.#cause.handled === 'exit'
          ? t('{0} has ended, which closes its sockets.', caller)
          : t('{0} closes this direction of the connection.', caller);
      default:
        return this.#ack() ?? this.#retransmission() ?? this.#reset(trigger, caller) ?? this.#icmp();
    }
  }

  #ack(): string | undefined {
    const t = this.#t;
    const { why, about = 0 } = this.#cause;
    const [trigger, caller] = [this.trigger, this.#caller];
    switch (why) {
      case 'ack_full':
        return t('Acknowledges {0} at once: more than a full segment was not acknowledged yet.', trigger);
      case 'ack_quick':
        return t('Acknowledges {0} at once: the connection is in quick-ACK mode.', trigger);
      case 'ack_requested':
        return t('Acknowledges {0} at once: the code has asked for it.', trigger);
      case 'ack_out_of_order':
        return t('A duplicate ACK for {0}: bytes before it are missing.', trigger);
      case 'ack_gap':
        return t('Acknowledges {0} at once: other bytes wait behind a gap.', trigger);
      case 'ack_compressed':
        return t('One ACK in place of several that were due (ACK compression).');
      case 'ack_delayed':
        return t(
          'The delayed ACK of packet {0}: no data was sent in time that could have carried it.',
          about,
        );
      case 'ack_due':
        return t('Acknowledges {0} at once: the delayed ACK was nearly due.', trigger);
      case 'ack_read':
        return about > 0
          ? t('Acknowledges packet {0}, now that {1} has read.', about, caller)
          : t('Acknowledges what {0} has read.', caller);
      case 'window_update':
        return t('{0} has read: the window is much larger now.', caller);
      case 'ack_duplicate':
        return t('Answers {0}, whose sequence numbers are old or outside the window.', trigger);
      case 'ack_challenge':
        return t('A challenge ACK: {0} does not quite fit the connection.', trigger);
      case 'ack_fin':
        return t('Acknowledges the FIN in {0}.', trigger);
      case 'ack_time_wait':
        return t('Answers {0}: the connection is in TIME_WAIT.', trigger);
      case 'ack_request':
        return t('Answers {0}, which does not fit the connection request.', trigger);
      default:
        return undefined;
    }
  }

  #retransmission(): string | undefined {
    const t = this.#t;
    const { why, sign, about, amount = 0 } = this.#cause;
    switch (why) {
      case 'timeout':
        return t('Retransmission: no ACK came within the time-out (RTO) of {0} ms.', amount);
      case 'timeout_window_closed':
        return t('Retransmission: the peer has closed its window over data that was sent already.');
      case 'lost':
        return this.#lost(sign, about);
      case 'after_timeout':
        return t('New data after a time-out: its ACK will tell whether that was spurious (F-RTO).');
      case 'loss_probe':
        return t('A tail loss probe: no ACK has come for about two round-trip times.');
      case 'window_probe':
        return t("Window probe {0}: data waits, and the peer's window is closed.", amount);
      case 'keepalive':
        return t('Keepalive probe {0}: nothing has come from the peer for a while.', amount);
      default:
        return undefined;
    }
  }
  #lost(sign: LossSign | undefined, about = 0): string {
    const t = this.#t;
    switch (sign) {
      case 'rack': {
        const { amount: laterUs = 0 } = this.#cause;
        const later = durationText(laterUs);
        if (laterUs === 0)
          return about > 0
            ? t(
                'Retransmission: a segment that was sent behind it at once has arrived, as packet {0} tells (RACK).',
                about,
              )
            : t(
                'Retransmission: a segment that was sent behind it at once has arrived, and the reordering window is over (RACK).',
              );
        return about > 0
          ? t(
              'Retransmission: a segment that was sent {0} later has arrived, as packet {1} tells (RACK).',
              later,
              about,
            )
          : t(
              'Retransmission: a segment that was sent {0} later has arrived, and the reordering window is over (RACK).',
              later,
            );
      }
      case 'duplicate_acks':
        return t('Retransmission: enough duplicate ACKs have come, the last in packet {0}.', about);
      case 'partial_ack':
        return t(
          'Retransmission: packet {0} acknowledges only a part of what was sent before the recovery (NewReno): what follows is lost, too.',
          about,
        );
      case 'sacks':
        return t('Retransmission: enough was SACKed behind it, the last in packet {0}.', about);
      case 'timeout':
        return t('Retransmission: a time-out has marked it lost, and {0} lets it go.', this.trigger);
      case 'mtu':
        return t('Retransmission: it is longer than the path takes, as packet {0} tells.', about);
      case undefined:
        return t('Retransmission of a segment that is marked lost.');
    }
  }

  #reset(trigger: string, caller: string): string | undefined {
    const t = this.#t;
    switch (this.#cause.why) {
      case 'reset_no_socket':
        return t('There is no socket for {0}.', trigger);
      case 'reset_listener':
        return t('The socket listens, and there is an ACK in {0}: it belongs to no connection.', trigger);
      case 'reset_bad_ack':
        return t('What {0} acknowledges was never sent.', trigger);
      case 'reset_nobody_reads':
        return t('Nobody can read the data in {0} any more: the socket is closed.', trigger);
      case 'reset_time_wait':
        return t('Nobody can read the data in {0} any more: the connection waits for its end.', trigger);
      case 'reset_time_wait_syn':
        return t('There is a SYN in {0}, where the FIN of the peer was due.', trigger);
      case 'reset_request':
        return t('The connection request is refused: {0} brings a SYN, and the ACK was due.', trigger);
      case 'reset_accept_full':
        return t('The connection request is refused: the accept queue is full when {0} comes.', trigger);
      case 'reset_no_child':
        return t('The connection request is refused: no socket can be made when {0} comes.', trigger);
      case 'reset_unread':
        return t('{0} closes the socket, and data in it was not read.', caller);
      case 'reset_linger':
        return t('{0} closes the socket with SO_LINGER 0, which aborts the connection.', caller);
      case 'reset_linger2':
        return t("The closed socket does not wait for the peer's FIN any longer.");
      case 'reset_disconnect':
        return t('{0} dissolves the connection.', caller);
      case 'reset_listener_closed':
        return t('{0} closes the listener: what is in its accept queue is reset.', caller);
      case 'reset_orphans':
        return t('There are more closed sockets whose connection goes on than there may be.');
      case 'reset_memory':
        return t("TCP's memory is used up, and the socket is closed already: its connection is given up.");
      case 'reset_keepalive':
        return t('The peer has not answered the keepalive probes.');
      default:
        return undefined;
    }
  }

  #icmp(): string {
    const t = this.#t;
    const trigger = this.trigger;
    switch (this.#cause.why) {
      case 'icmp_reply':
        return t('Answers {0}.', trigger);
      case 'forward':
        return t('Forwards {0}.', trigger);
      default:
        return t('Tells of an error: {0} has caused it.', trigger);
    }
  }

  /** The code does what it is asked to. */
  #plain(): string {
    const t = this.#t;
    switch (this.#cause.handled) {
      case 'call':
        return t('{0} sends it.', this.#caller);
      case 'packet':
        return t('Answers {0}.', this.trigger);
      case 'nothing':
        return t('It is not known why.');
      default:
        return t('Sent by {0}.', this.trigger);
    }
  }

  /** `packet 7`, or what else was handled. */
  get trigger(): string {
    const t = this.#t;
    const { handled, packet = 0, lastPacket = 0, timer = '' } = this.#cause;
    switch (handled) {
      case 'packet':
        return packet === lastPacket ? t('packet {0}', packet) : t('packets {0} to {1}', packet, lastPacket);
      case 'timer':
        return t('the timer {0}()', timer);
      case 'nothing':
        return t('the machine');
      default:
        return this.#caller;
    }
  }
  /** `send(3, 5 bytes) of client [pid 101]` */
  get #caller(): string {
    const { handled, call = '', arguments: args = '', process, pid } = this.#cause;
    if (pid === undefined)
      return handled === 'packet' || handled === 'timer' ? this.trigger : this.#t('the machine');
    return call === '' ? who(process, pid) : this.#t('{0} of {1}', `${call}(${args})`, who(process, pid));
  }
}

function durationText(us: number): string {
  return us >= 1000 ? `${Number((us / 1000).toPrecision(3))} ms` : `${us} µs`;
}
