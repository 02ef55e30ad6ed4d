/** What a capture file says about its packets; the bytes themselves stay in the file. */
import type { Message } from '../../../language/message.ts';

/** An interface on which packets of a file were captured. */
export interface FileInterface {
  readonly name: string;
  /** What its frames begin with: 1 for Ethernet (LINKTYPE_… of the pcap project). */
  readonly linkType: number;
}

export interface FilePacket {
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly interface: FileInterface;
  /** Where its bytes are in the file. */
  readonly offset: number;
  /** Bytes that the file has of it. */
  readonly captured: number;
  /** Bytes on the wire. */
  readonly length: number;
  readonly direction?: 'in' | 'out';
  readonly comment?: string;
}

/** Where a file breaks: what stands before this place can be shown. */
export interface FileProblem {
  /** Offset in the file; in what it holds, if it is compressed. */
  readonly offset: number;
  readonly message: Message;
}

/** Reads a file's bytes as they come, in pieces of any size. */
export interface CaptureParser {
  /** Takes the next bytes. @returns the packets that are complete now, oldest first */
  feed(bytes: Uint8Array): FilePacket[];
  /** There are no more bytes. */
  end(): void;
  /** Set once the file is found to break; nothing behind it is read. */
  readonly problem: FileProblem | undefined;
}

/** No frame of an Ethernet is longer, offloaded ones included; a file that says so is damaged. Wireshark's limit. */
export const MOST_PACKET_BYTES = 256 * 1024;
