/** What truly happened to a segment, in sentences. */
import type { Translate } from '../../../language/message.ts';
import type { CapturedFrame } from '../frame.ts';
import { isRetransmission, kindOf, type SegmentKind } from './kind.ts';

/** What has a segment sent again, or what it is. */
export function kindText(kind: SegmentKind, t: Translate): string {
  switch (kind) {
    case 'rto':
      return t('the retransmission timer');
    case 'after_rto':
      return t('the recovery from a time-out');
    case 'fast_retransmit':
      return t('fast retransmit');
    case 'rack':
      return t('RACK loss detection');
    case 'mtu':
      return t('path MTU discovery');
    case 'tail_loss_probe':
      return t('the timer of the tail loss probe');
    case 'syn_again':
    case 'syn_ack_again':
      return t('the handshake');
    case 'window_shrunk':
      return t('the retransmission timer, against a shrunk window');
    case 'retransmission':
      return t('its sender');
    case 'keepalive':
      return t('a keepalive probe');
    case 'window_probe':
      return t('a window probe');
    case 'duplicate_ack':
      return t('a duplicate ACK');
    case 'answer_to_old':
      return t('the answer to an old segment');
    case 'challenge_ack':
      return t('a challenge ACK');
    case 'window_update':
      return t('a window update');
    case 'forwarded':
      return t('the same packet on its next link');
  }
}

/** Each a thing that only the machine knows. The drop has a sentence of its own. */
export function truthSentences(frame: CapturedFrame, t: Translate): string[] {
  const { cause, truth = {} } = frame;
  const { repeats, gone = [], needless, overtakenBy, arrivals, frees, freedBytes = 0 } = truth;
  const kind = kindOf(cause, truth);
  const sentences: string[] = [];
  if (repeats && isRetransmission(kind)) {
    sentences.push(t('It repeats the bytes of {0}, sent by {1}.', packets(repeats, t), kindText(kind!, t)));
    if (needless) sentences.push(t('It was not needed: {0} arrived.', packets(needless, t)));
    else if (gone.length > 0) sentences.push(t('It was needed: {0} did not get through.', packets(gone, t)));
  }
  if (kind === 'forwarded' && cause?.packet !== undefined)
    sentences.push(t('It is packet {0} on its next link.', cause.packet));
  if (overtakenBy !== undefined)
    sentences.push(t('Reordered on the way: packet {0} was sent later and arrived before it.', overtakenBy));
  if (arrivals !== undefined)
    sentences.push(t('The wire has duplicated it: it arrived {0} times.', arrivals));
  // One is what Wireshark says, too.
  if (frees && frees.length > 1)
    sentences.push(
      t('Its ACK takes {0} out of the retransmit queue ({1} bytes).', packets(frees, t), freedBytes),
    );
  else if (frees?.length === 0 && freedBytes > 0)
    sentences.push(
      t('Its ACK covers {0} bytes of a segment that is not acknowledged as a whole.', freedBytes),
    );
  if (cause?.window) {
    const { unread, process, pid } = cause.window;
    sentences.push(
      process === undefined
        ? t('Its window is closed: {0} bytes wait in the receive queue.', unread)
        : t('Its window is closed: {0} bytes wait that {1} has not read.', unread, `${process} [pid ${pid}]`),
    );
  }
  return sentences;
}

/** `packet 4`, `packets 4, 6`, `packets 4 to 9, 12` */
export function packets(numbers: readonly number[], t: Translate): string {
  if (numbers.length === 1) return t('packet {0}', numbers[0]!);
  const parts: string[] = [];
  for (let from = 0; from < numbers.length;) {
    let to = from;
    while (numbers[to + 1] === numbers[to]! + 1) to++;
    // Two in a row are no range.
    if (to < from + 2) to = from;
    parts.push(to === from ? String(numbers[from]) : t('{0} to {1}', numbers[from]!, numbers[to]!));
    from = to + 1;
  }
  return t('packets {0}', parts.join(', '));
}
