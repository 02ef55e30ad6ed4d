/** What a segment truly is, by what the code that sent it has decided. */
import type { Cause } from '../cause/cause.ts';
import type { Truth } from './truth.ts';

export type SegmentKind =
  // Retransmissions, by what has them sent.
  | 'rto'
  | 'after_rto'
  | 'fast_retransmit'
  | 'rack'
  | 'mtu'
  | 'tail_loss_probe'
  | 'syn_again'
  | 'syn_ack_again'
  | 'window_shrunk'
  | 'retransmission'
  // Probes that carry no data.
  | 'keepalive'
  | 'window_probe'
  // ACKs that Wireshark has names for.
  | 'duplicate_ack'
  | 'answer_to_old'
  | 'challenge_ack'
  | 'window_update'
  /** The same packet on its next link. */
  | 'forwarded';

/** @returns undefined for a segment of which there is nothing special to say */
export function kindOf(cause: Cause | undefined, truth: Truth | undefined): SegmentKind | undefined {
  switch (cause?.why) {
    case 'forward':
      return 'forwarded';
    case 'injected':
      return undefined;
    case 'keepalive':
      return truth?.repeats ? 'retransmission' : 'keepalive';
    case 'window_probe':
      return truth?.repeats ? 'retransmission' : 'window_probe';
    case 'ack_out_of_order':
    case 'ack_compressed':
      return 'duplicate_ack';
    case 'ack_duplicate':
      return 'answer_to_old';
    case 'ack_challenge':
      return 'challenge_ack';
    case 'window_update':
      return 'window_update';
    case 'syn_timeout':
      return 'syn_again';
    case 'syn_ack_again':
      return 'syn_ack_again';
    case 'timeout':
      return 'rto';
    case 'timeout_window_closed':
      return 'window_shrunk';
    case 'lost':
      return bySign(cause);
    case 'loss_probe':
      return truth?.repeats && 'tail_loss_probe';
    default:
      return truth?.repeats && 'retransmission';
  }
}

function bySign({ sign }: Cause): SegmentKind {
  switch (sign) {
    case 'rack':
      return 'rack';
    case 'timeout':
      return 'after_rto';
    case 'mtu':
      return 'mtu';
    default:
      return 'fast_retransmit';
  }
}

const RETRANSMISSIONS: ReadonlySet<SegmentKind> = new Set([
  'rto',
  'after_rto',
  'fast_retransmit',
  'rack',
  'mtu',
  'tail_loss_probe',
  'syn_again',
  'syn_ack_again',
  'window_shrunk',
  'retransmission',
]);

export function isRetransmission(kind: SegmentKind | undefined): boolean {
  return kind !== undefined && RETRANSMISSIONS.has(kind);
}
