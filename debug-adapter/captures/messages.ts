/** What is asked of the process that reads a capture file, and what it tells. Types only. */
import type { SockscopeRequests } from '../protocol.ts';

/** The requests about packets that it answers, as a debug adapter does. */
export type CaptureRequest =
  | 'sockscope/packets'
  | 'sockscope/packet'
  | 'sockscope/filterCompletions'
  | 'sockscope/filterFor'
  | 'sockscope/annotatePacket'
  | 'sockscope/findPacket'
  | 'sockscope/followStream'
  | 'sockscope/saveStream'
  | 'sockscope/exportPackets';

export interface CaptureQuestion<Name extends CaptureRequest = CaptureRequest> {
  id: number;
  name: Name;
  body: SockscopeRequests[Name]['arguments'];
}

export type CaptureAnswer = { id: number } & ({ body: unknown } | { error: string });

/** How far the file is read. Sent a few times a second until it is over. */
export interface CaptureProgress {
  packets: number;
  /** Bytes read, of so many. */
  read: number;
  size: number;
  isOver: boolean;
  /** Where and why it cannot be read on: `The file breaks at byte 1,234: it ends in the middle of packet 7`. */
  problem?: string;
}

export type FromCapture = CaptureAnswer | { progress: CaptureProgress };
