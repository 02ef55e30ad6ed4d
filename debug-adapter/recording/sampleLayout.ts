/** The layout of samples in their ring: what the sampler writes and the samples' reader reads. */

export const SAMPLE = { socket: 1, nic: 2 } as const;

/**
 * What a sample of a TCP socket has, in this order: numbers of 32 bits after the socket's ends. Those with a
 * kernel's name are as the kernel has them; `inFlight` is in segments, `srtt` and `rttvar` (both as ss shows
 * them) in µs, `rto` in ms, `backlog` in bytes.
 */
export const SOCKET_FIELDS = [
  'snd_una',
  'snd_nxt',
  'write_seq',
  'rcv_nxt',
  'copied_seq',
  'snd_wnd',
  'rcv_wnd',
  'snd_cwnd',
  'snd_ssthresh',
  'inFlight',
  'srtt',
  'rttvar',
  'rto',
  'backlog',
  'ca_state',
] as const;
export type SocketField = (typeof SOCKET_FIELDS)[number];

/** Descriptors in use, and packets that wait in the qdisc, after the record's head. */
export const NIC_FIELDS = ['tx', 'txSize', 'rx', 'rxSize', 'qdisc'] as const;
export type NicField = (typeof NIC_FIELDS)[number];

export const FIELD_BYTES = 4;
