/** What is sampled of a world, as plain data: the decoded records, in the order in which they were written. */
import type { Moment } from '../protocol.ts';
import type { End } from '../sequence/ends.ts';

/** A TCP socket as it is from this moment on. */
export interface SocketSample extends Moment {
  kind: 'socket';
  host: string;
  socket: End;
  /** In the order of SOCKET_FIELDS. */
  values: readonly number[];
}
/** How full a NIC's rings are from this moment on. */
export interface NicSample extends Moment {
  kind: 'nic';
  host: string;
  nic: string;
  /** In the order of NIC_FIELDS. */
  values: readonly number[];
}
export type Sample = SocketSample | NicSample;
