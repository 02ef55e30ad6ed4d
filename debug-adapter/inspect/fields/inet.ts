/** Fields of struct inet_sock, struct inet_connection_sock and their members. */
import { address, bytes, flags, jiffiesMoment, jiffiesSpan, oneOf, type FieldKind } from '../fieldKind.ts';
import { ackFlags, caStates, icskTimes } from '../names.ts';

export const INET_SOCK_FIELDS: Record<string, FieldKind> = {
  inet_saddr: address,
  mc_addr: address,
};
export const INET_CONNECTION_SOCK_FIELDS: Record<string, FieldKind> = {
  icsk_timeout: jiffiesMoment,
  icsk_rto: jiffiesSpan,
  icsk_rto_min: jiffiesSpan,
  icsk_delack_max: jiffiesSpan,
  icsk_ca_state: oneOf(caStates),
  icsk_pending: oneOf(icskTimes),
  icsk_probes_tstamp: jiffiesMoment,
};
export const ICSK_ACK_FIELDS: Record<string, FieldKind> = {
  pending: flags(ackFlags),
  ato: jiffiesSpan,
  timeout: jiffiesMoment,
  lrcvtime: jiffiesMoment,
  last_seg_size: bytes,
  rcv_mss: bytes,
};
