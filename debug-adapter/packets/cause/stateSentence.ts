/** Why a state has changed, of a connection or of its congestion control, in one sentence. */
import {
  CA_REASONS,
  CLOSING_REASONS,
  ENDED_REASONS,
  OPENING_REASONS,
  TIME_WAIT_END_REASONS,
  type CaReason,
  type ClosingReason,
  type EndedReason,
  type OpeningReason,
  type TimeWaitEndReason,
} from '../../../stack/capture/state_reason.ts';
import type { Translate } from '../../../language/message.ts';
import { triggerText } from './sentence.ts';
import type { ChangeReason, ValueChange } from './valueChange.ts';

/** undefined: it is the reason of something else. */
export function stateSentence(change: ValueChange, t: Translate): string | undefined {
  const { why } = change;
  if (isOneOf(OPENING_REASONS, why)) return opening(why, change, t);
  if (isOneOf(CLOSING_REASONS, why)) return closing(why, change, t);
  if (isOneOf(TIME_WAIT_END_REASONS, why)) return timeWaitEnded(why, change, t);
  if (isOneOf(ENDED_REASONS, why)) return ended(why, change, t);
  return isOneOf(CA_REASONS, why) ? caSentence(why, change, t) : undefined;
}
const isOneOf = <Reason extends ChangeReason>(reasons: readonly Reason[], why: ChangeReason): why is Reason =>
  (reasons as readonly ChangeReason[]).includes(why);

function opening(why: OpeningReason, { cause }: ValueChange, t: Translate): string {
  const trigger = triggerText(cause, t);
  switch (why) {
    case 'listen':
      return t('{0} makes it a listener.', trigger);
    case 'listen_failed':
      return t('{0} fails: the port cannot be listened at.', trigger);
    case 'connect':
      return t('{0} opens a connection.', trigger);
    case 'connect_no_port':
      return t('{0} fails: there is no port for it.', trigger);
    case 'connect_no_route':
      return t('{0} fails: there is no route from its port.', trigger);
    case 'connect_not_sent':
      return t('{0} fails: its SYN cannot be made.', trigger);
    case 'syn':
      return t('There is a SYN in {0}: the listener keeps a request for it.', trigger);
    case 'syn_ack':
      return t('The SYN-ACK is {0}: it acknowledges the SYN.', trigger);
    case 'syn_crossed':
      return t('There is a SYN in {0}, too: both ends open the connection at once.', trigger);
    case 'request_acked':
      return t('The ACK of the SYN-ACK is {0}: the request gets a socket of its own.', trigger);
    case 'syn_acked':
      return t('{0} acknowledges the SYN of this end: the handshake is complete.', trigger);
    case 'child_no_route':
      return t('There is no route for the new connection, which {0} would complete.', trigger);
    case 'child_no_port':
      return t('The new connection, which {0} would complete, cannot share the port.', trigger);
    case 'child_duplicate':
      return t('There is a socket already for the connection that {0} completes.', trigger);
  }
}

function closing(why: ClosingReason, { cause }: ValueChange, t: Translate): string {
  const trigger = triggerText(cause, t);
  switch (why) {
    case 'close':
      return cause.handled === 'exit'
        ? t('{0} has ended, which closes its sockets; nothing was unread.', trigger)
        : t('{0} closes the socket, and nothing was unread: a FIN follows the data.', trigger);
    case 'close_listener':
      return t('{0} closes the listener.', trigger);
    case 'close_unconnected':
      return t('{0} closes the socket before it was connected.', trigger);
    case 'shutdown_unconnected':
      return t('{0} gives it up.', trigger);
    case 'shutdown':
      return cause.handled === 'packet'
        ? t('shutdown() was called before the handshake was complete, which it is with {0}.', trigger)
        : t('{0} closes this direction: a FIN follows the data.', trigger);
    case 'close_unread':
      return t('{0} closes the socket, and data in it was not read: it is reset.', trigger);
    case 'linger_zero':
      return t('{0} closes the socket with SO_LINGER 0, which aborts the connection.', trigger);
    case 'disconnect':
      return t('{0} dissolves the connection.', trigger);
    case 'listener_closed':
      return t('The listener is closed with {0}, and this connection was not accepted.', trigger);
    case 'fin':
      return t('A FIN has come in order, with {0}.', trigger);
    case 'fin_acked':
      return t('{0} acknowledges the FIN of this end.', trigger);
    case 'closed_in_fin_wait2':
      return t('{0} closes the socket: a time-wait sock waits for the FIN of the peer.', trigger);
    case 'orphan_fin_acked':
      return t(
        '{0} acknowledges the FIN of this end, whose socket is closed: a time-wait sock waits for the FIN of the peer.',
        trigger,
      );
    case 'fin_wait2_timer':
      return t(
        'The FIN of the peer is still to come ({0}): a time-wait sock waits for the rest of the time.',
        trigger,
      );
    case 'time_wait':
      return t('A time-wait sock has taken its place with {0}.', trigger);
    case 'time_wait_full':
      return t(
        'With {0} it would wait in TIME_WAIT, but there are as many time-wait socks as there may be.',
        trigger,
      );
  }
}

function timeWaitEnded(why: TimeWaitEndReason, { cause }: ValueChange, t: Translate): string {
  const trigger = triggerText(cause, t);
  switch (why) {
    case 'time_wait_over':
      return t('The time of TIME_WAIT is over ({0}): the two ends may be used again.', trigger);
    case 'no_fin':
      return t('The FIN of the peer has not come in time ({0}).', trigger);
    case 'new_syn':
      return t(
        'There is a SYN in {0} for a new connection of the same two ends, which takes its place.',
        trigger,
      );
    case 'new_connect':
      return t('{0} opens a new connection of the same two ends, which takes its place.', trigger);
    case 'reset_in_time_wait':
      return t('There is a RST in {0}, which ends TIME_WAIT (net.ipv4.tcp_rfc1337 is 0).', trigger);
    case 'syn_for_fin':
      return t('There is a SYN in {0}, where the FIN of the peer was due: it is reset.', trigger);
  }
}

function ended(why: EndedReason, { cause }: ValueChange, t: Translate): string {
  const trigger = triggerText(cause, t);
  switch (why) {
    case 'reset':
      return t('There is a RST in {0}.', trigger);
    case 'data_after_close':
      return t('There is data in {0}, which nobody can read any more: the socket is closed.', trigger);
    case 'linger2':
      return t('The closed socket does not wait for the FIN of the peer any longer ({0}).', trigger);
    case 'icmp_error':
      return t('{0} tells that the peer cannot be reached.', trigger);
    case 'syn_limit':
      return t('The handshake was not answered: the SYN was sent as often as it may be ({0}).', trigger);
    case 'retransmission_limit':
      return t('Nothing was acknowledged for as long as is tried to send again ({0}).', trigger);
    case 'orphan_limit':
      return t('The peer does not take the last data of the closed socket ({0}).', trigger);
    case 'probe_limit':
      return t('The peer has not answered the window probes ({0}).', trigger);
    case 'window_limit':
      return t('The peer has closed its window over what was sent, and is silent ({0}).', trigger);
    case 'keepalive_limit':
      return t('The peer has not answered the keepalive probes ({0}).', trigger);
    case 'user_timeout':
      return t('The peer was silent for as long as TCP_USER_TIMEOUT allows ({0}).', trigger);
    case 'too_many_orphans':
      return t('There are more closed sockets whose connection goes on than there may be ({0}).', trigger);
    case 'out_of_memory':
      return t("TCP's memory is used up, and the socket is closed already ({0}).", trigger);
  }
}

function caSentence(why: CaReason, { cause }: ValueChange, t: Translate): string {
  const trigger = triggerText(cause, t);
  switch (why) {
    case 'ca_disorder':
      return t('{0} shows disorder: something is SACKed, lost or sent again.', trigger);
    case 'ca_nothing_missing':
      return t('Nothing is missing any more, as {0} tells.', trigger);
    case 'ca_recovery':
      return t('A loss, told by {0}: recovery begins.', trigger);
    case 'ca_recovered':
      return t('{0} acknowledges all that was sent before the recovery.', trigger);
    case 'ca_timeout_over':
      return t('{0} acknowledges all that was sent before the time-out.', trigger);
    case 'ca_timeout':
      return t('The retransmission timer has fired ({0}): all that is not SACKed counts as lost.', trigger);
    case 'ca_undone':
      return t('The time-out was needless, as {0} tells.', trigger);
    case 'ca_ecn':
      return t('A router has marked packets of this connection (ECN), as {0} tells.', trigger);
    case 'ca_local':
      return t('The device queue of this host is full ({0}).', trigger);
    case 'ca_reduction_over':
      return t('The reduction is over: {0} acknowledges data that was sent in it.', trigger);
    case 'ca_probe_repaired':
      return t('A tail loss probe has taken the place of a lost segment, as {0} tells.', trigger);
    case 'ca_mtu':
      return t('Segments were longer than the path takes, as {0} tells: they are sent again.', trigger);
    case 'ca_disconnected':
      return t('{0} dissolves the connection.', trigger);
    case 'ca_connect_failed':
      return t('{0} has failed: the socket is ready for another attempt.', trigger);
  }
}
