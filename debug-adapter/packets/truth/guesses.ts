/** Holds what Wireshark's analysis guesses of a segment against what the machine knows. */
import type { Translate } from '../../../language/message.ts';
import type { CapturedFrame } from '../frame.ts';
import type { TcpAnalysis } from '../tracking/tcpAnalysis.ts';
import type { TcpNote } from '../tracking/tcpNotes.ts';
import { isRetransmission, kindOf, type SegmentKind } from './kind.ts';
import { kindText, packets } from './sentences.ts';

/** As the column "Info" has them. */
const NAMES: Partial<Record<TcpNote, string>> = {
  retransmission: 'TCP Retransmission',
  fast_retransmission: 'TCP Fast Retransmission',
  spurious_retransmission: 'TCP Spurious Retransmission',
  out_of_order: 'TCP Out-Of-Order',
  duplicate_ack: 'TCP Dup ACK',
  window_update: 'TCP Window Update',
  keep_alive: 'TCP Keep-Alive',
  zero_window_probe: 'TCP ZeroWindowProbe',
};

/** What makes a retransmission a fast one. */
const FAST: ReadonlySet<SegmentKind> = new Set(['fast_retransmit', 'rack', 'mtu']);

/** One sentence for each guess that is wrong. A segment from outside has no cause to judge by. */
export function wrongGuesses(analysis: TcpAnalysis, frame: CapturedFrame, t: Translate): string[] {
  if (!frame.cause) return [];
  const { notes } = analysis;
  const wrong: string[] = [];
  for (const note of Object.keys(NAMES) as TcpNote[]) {
    const truth = notes.has(note) ? truthAgainst(note, frame, t) : null;
    if (truth !== null) wrong.push(t("Wireshark's guess “{0}” is wrong here: {1}.", NAMES[note]!, truth));
  }
  const noTimer = againstRto(analysis, frame, t);
  if (noTimer !== null) wrong.push(noTimer);
  const notThat = againstAcks(analysis, frame, t);
  if (notThat !== null) wrong.push(notThat);
  return wrong;
}

/** @returns null if the guess is right */
function truthAgainst(note: TcpNote, frame: CapturedFrame, t: Translate): string | null {
  const { cause, truth } = frame;
  const kind = kindOf(cause, truth);
  const is = (): string => t('it is {0}', kindText(kind!, t));
  const sentBy = (): string => t('sent by {0}', kindText(kind!, t));
  switch (note) {
    case 'retransmission':
    case 'spurious_retransmission':
      if (kind === 'keepalive' || kind === 'window_probe' || kind === 'forwarded') return is();
      return isRetransmission(kind) ? null : t('its bytes were not sent before');
    case 'fast_retransmission':
      if (kind !== undefined && FAST.has(kind)) return null;
      if (kind === undefined) return t('its bytes were not sent before');
      return isRetransmission(kind) ? sentBy() : is();
    case 'out_of_order':
      if (isRetransmission(kind))
        return t('it repeats the bytes of {0}, {1}', packets(truth?.repeats ?? [], t), sentBy());
      return kind === undefined ? t('it was sent in order') : is();
    case 'duplicate_ack':
      return kind === 'duplicate_ack' || kind === undefined ? null : is();
    case 'window_update':
      return kind === 'duplicate_ack' || kind === 'answer_to_old' ? is() : null;
    case 'keep_alive':
    case 'zero_window_probe': {
      const wanted: SegmentKind = note === 'keep_alive' ? 'keepalive' : 'window_probe';
      if (kind === wanted) return null;
      return kind === undefined ? t('it is ordinary data') : isRetransmission(kind) ? sentBy() : is();
    }
    default:
      return null;
  }
}

/** Wireshark takes the time since the last new segment for the RTO of each retransmission. */
function againstRto({ rtoNs }: TcpAnalysis, { cause, truth }: CapturedFrame, t: Translate): string | null {
  const kind = kindOf(cause, truth);
  if (rtoNs === 0 || !isRetransmission(kind)) return null;
  const isTimer =
    kind === 'rto' || kind === 'syn_again' || kind === 'syn_ack_again' || kind === 'window_shrunk';
  return isTimer
    ? null
    : t("Wireshark's “RTO” is none here: it is the time since that packet, sent by {0}.", kindText(kind!, t));
}

/** Wireshark knows the last segment that an ACK covers, not whether it was the first ACK to arrive. */
function againstAcks({ acks }: TcpAnalysis, { fate, truth }: CapturedFrame, t: Translate): string | null {
  if (acks === 0) return null;
  if (fate === 'lost' || fate === 'dropped')
    return t(
      "Wireshark's “ACK to the segment in frame {0}” did not get through: it has freed nothing.",
      acks,
    );
  return truth?.overtakenBy !== undefined && truth.frees === undefined
    ? t("Wireshark's “ACK to the segment in frame {0}” came too late: a later ACK had freed it before.", acks)
    : null;
}
