/** Why a value of a connection has changed, in one sentence. */
import { english, type Translate } from '../../../language/message.ts';
import { triggerText } from './sentence.ts';
import { stateSentence } from './stateSentence.ts';
import type { ChangeReason, ValueChange } from './valueChange.ts';

export function valueSentence(change: ValueChange, t: Translate = english): string {
  // It may begin with what led to it: "packet 8", or a system call, whose name stays as it is.
  return sentenceOf(change, t).replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
}

function sentenceOf(change: ValueChange, t: Translate): string {
  const { why, from, to, unread, reader } = change;
  const trigger = triggerText(change.cause, t);
  switch (why) {
    case 'cwnd_initial':
      return t('The handshake is complete with {0}: cwnd begins with {1} segments.', trigger, to);
    case 'cwnd_initial_lost':
      return t('The handshake is complete with {0}, and had a loss: cwnd begins with one segment.', trigger);
    case 'slow_start':
      return t('Slow start: it grows by the {0} segments that {1} acknowledges.', to - from, trigger);
    case 'avoidance':
      return t(
        'Congestion avoidance: enough was acknowledged for {0} more, the last of it with {1}.',
        to - from,
        trigger,
      );
    case 'ecn_echo':
      return t(
        'A router has marked packets of this connection (ECN), as {0} tells: cwnd is reduced to this.',
        trigger,
      );
    case 'local_congestion':
      return t('The device queue of this host is full ({0}): cwnd is reduced to this.', trigger);
    case 'recovery':
      return t('A loss, told by {0}: recovery begins, and cwnd is reduced to this.', trigger);
    case 'prr':
      return t(
        'Proportional rate reduction: {0} tells what has left the network, and as much may follow.',
        trigger,
      );
    case 'reduction_over':
      return t('The reduction is over with {0}: cwnd is ssthresh.', trigger);
    default:
      return (
        stateSentence(change, t) ??
        undoSentence(why, trigger, t) ??
        rareSentence(change, trigger, t) ??
        windowSentence(why, { trigger, from, to, unread, reader }, t)
      );
  }
}

function undoSentence(why: ChangeReason, trigger: string, t: Translate): string | undefined {
  switch (why) {
    case 'undo_dsack':
      return t(
        'The reduction is undone: all that was sent again had arrived before (D-SACK), as {0} tells.',
        trigger,
      );
    case 'undo_timestamps':
      return t(
        'The reduction is undone: {0} echoes a timestamp from before the retransmission, so the first copy has arrived (Eifel).',
        trigger,
      );
    case 'undo_reordered':
      return t(
        'The reduction is undone: {0} acknowledges what seemed lost, and nothing was sent again yet.',
        trigger,
      );
    case 'undo_frto':
      return t(
        'The reduction is undone: {0} is for data that was not sent again, so the time-out was needless (F-RTO).',
        trigger,
      );
    default:
      return undefined;
  }
}

function rareSentence({ value, why }: ValueChange, trigger: string, t: Translate): string | undefined {
  switch (why) {
    case 'timeout':
      return value === 'snd_cwnd'
        ? t(
            'The retransmission timer has fired ({0}): one segment more than is in flight may be sent.',
            trigger,
          )
        : t('The retransmission timer has fired ({0}): slow start is to end here.', trigger);
    case 'mtu_loss':
      return t('Segments were longer than the path takes, as {0} tells: that is no congestion.', trigger);
    case 'mtu_probe_sent':
      return t('A probe for the MTU is sent, which does not count: {0}.', trigger);
    case 'mtu_probe_arrived':
      return t(
        'A probe for the MTU has arrived, as {0} tells: segments are longer, so there are fewer of them.',
        trigger,
      );
    case 'mtu_probe_lost':
      return t('Only a probe for the MTU is lost, as {0} tells: that is no congestion.', trigger);
    case 'loss_probe_repaired':
      return t(
        'A tail loss probe has taken the place of a lost segment, as {0} tells: cwnd is reduced to this.',
        trigger,
      );
    case 'application_limited':
      return t('The program has not used all of cwnd for a while: it is adapted, with {0}.', trigger);
    case 'idle_restart':
      return t(
        'The connection was idle: what cwnd was then says nothing of the path now. {0} begins anew.',
        trigger,
      );
    case 'hystart_train':
      return t(
        'HyStart: the ACKs of one round trip come over so long a time that the path is full, the last with {0}.',
        trigger,
      );
    case 'hystart_delay':
      return t('HyStart: the round-trip time grows, as {0} shows, so a queue builds up.', trigger);
    case 'disconnected':
      return t('{0} dissolves the connection.', trigger);
    case 'connect_failed':
      return t('{0} has failed: the socket is ready for another attempt.', trigger);
    default:
      return undefined;
  }
}

interface Window extends Pick<ValueChange, 'from' | 'to' | 'unread' | 'reader'> {
  trigger: string;
}
function windowSentence(
  why: ValueChange['why'],
  { trigger, from, to, unread, reader }: Omit<Window, 'reader'> & { reader: ValueChange['reader'] },
  t: Translate,
): string {
  switch (why) {
    case 'handshake':
      return t('The first window of the peer, in {0}.', trigger);
    case 'advertised':
      return to === 0
        ? t('The peer closes its window in {0}.', trigger)
        : t('The peer advertises it in {0}.', trigger);
    case 'window_initial':
      return t('The connection begins with it: {0}.', trigger);
    case 'window_closed':
      return reader === undefined
        ? t('The window is closed: {0} bytes are unread.', unread)
        : t(
            'The window is closed: {0} bytes are unread by {1}.',
            unread,
            `${reader.process} [pid ${reader.pid}]`,
          );
    case 'window_kept':
      if (to > from)
        return t(
          '{0} bytes are unread, and the end of the window stays where it is, rounded up to what the header can tell. Advertised with {1}.',
          unread,
          trigger,
        );
      return t(
        '{0} bytes are unread, and the end of the window stays where it is: it is smaller by what has come with {1}.',
        unread,
        trigger,
      );
    case 'window_space':
      return to > from
        ? t(
            'There is more room in the receive buffer: {0} bytes are unread. Advertised with {1}.',
            unread,
            trigger,
          )
        : t(
            'There is less room in the receive buffer: {0} bytes are unread. Advertised with {1}.',
            unread,
            trigger,
          );
    case 'window_limited':
      return t(
        'The buffer has more room; rcv_ssthresh limits the window until the peer has shown how it sends. Advertised with {0}.',
        trigger,
      );
    case 'ssthresh_grown':
      return t(
        'The data in {0} takes little memory for its size: a larger window may be advertised.',
        trigger,
      );
    case 'ssthresh_clamped':
      return t(
        'The receive buffer is over its limit with {0}: only two segments are to be advertised.',
        trigger,
      );
    case 'memory_pressure':
      return t("TCP's memory is nearly used up: only four segments are to be advertised ({0}).", trigger);
    case 'low_water_mark':
      return t('{0} sets SO_RCVLOWAT, for which the receive buffer is enlarged.', trigger);
    case 'buffer_grown':
      return t('{0} reads more in a round trip than before: the receive buffer is enlarged.', trigger);
    default:
      return t('{0} sets TCP_WINDOW_CLAMP.', trigger);
  }
}
