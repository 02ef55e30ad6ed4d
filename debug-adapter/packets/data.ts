/** What is asked and answered about captured packets, and filters of them. Types only. */
import type { CodeLocation } from '../protocol.ts';

/** Seen from the device that captured it. On a loopback wire a frame is sent and, if it is not lost, received. */
export type PacketDirection = 'out' | 'in';

/** The fate of a frame. */
export type PacketFate = 'lost' | 'dropped' | 'delivered' | 'in flight';

/** What a row's colour says. */
export type RowColour =
  'lost' | 'dropped' | 'malformed' | 'unreachable' | 'reset' | 'retransmission' | 'note' | 'syn' | 'fin';

export interface PacketRow {
  /** Counts from 1. */
  number: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  /** Not every capture file tells it. */
  direction?: PacketDirection;
  source: string;
  destination: string;
  protocol: string;
  /** Bytes on the wire. */
  length: number;
  /** Wireshark's wording. */
  info: string;
  colour?: RowColour;
  fate?: PacketFate;
  /** Why it was dropped: a kernel drop reason, or the wire's effect. */
  reason?: string;
  /** The same as a sentence in the reader's language. */
  drop?: string;
  /** The user has marked it. */
  marked?: boolean;
  comment?: string;
  /** Relative times count from it. */
  isReference?: boolean;
  /** By filter name: the values of the fields that were asked for, as text. */
  values?: Record<string, string>;
}

/** What the column "Time" shows: since boot, since the reference or first packet, since the one before. */
export type TimeFormat = 'virtual' | 'relative' | 'delta' | 'deltaDisplayed';

export interface SortOrder {
  /** A column of `PacketRow`, or a field's filter name. */
  by: string;
  descending: boolean;
}

/** Which packets a list shows, in which order. */
export interface PacketList {
  filter?: string;
  /** The order of capture if omitted. */
  sort?: SortOrder;
  /** With `sort`: packets with higher numbers are left out, so that the list does not change while it is read. */
  upTo?: number;
}

/** `sockscope/packets`: a window of the list. `from` is an index into the packets that match the filter. */
export interface PacketsArguments extends PacketList {
  from: number;
  count: number;
  /** Fields whose values the rows have, by filter name. */
  fields?: string[];
  /** `virtual` if omitted. */
  time?: TimeFormat;
  /** A packet's number: the answer says where it is in the list. */
  locate?: number;
}
export interface PacketsResponse {
  /** The filter does not parse; `rows` is empty. `start` and `end` are positions in its text. */
  invalidFilter?: { message: string; start?: number; end?: number };
  /** The number of packets captured so far. */
  total: number;
  /** The number of packets that match the filter, as far as is known by now. */
  matching: number;
  rows: PacketRow[];
  /** Sorting takes longer than one answer: ask again. Then `rows` is empty. */
  sorting?: { done: number; of: number };
  /** Not all packets are decoded, or the filter has not seen all: more may follow behind these rows. Ask again. */
  filtering?: { done: number; of: number };
  /** Where the packet is that `locate` asked for; -1 if it is not in the list. */
  located?: number;
  /** Number of the packet that is being processed at this stop. */
  current?: number;
  /** Index of `current` among the packets that match the filter, if it matches. */
  currentIndex?: number;
}

/** `sockscope/packet`: one packet, decoded. */
export interface PacketArguments {
  number: number;
}
/** A line of the layer tree: a layer or a field. */
export interface PacketField {
  /** The whole line, in Wireshark's words: `Source Port: 8080`. */
  text: string;
  /** `Source Port` */
  title: string;
  /** The value alone: `8080`; headings have none. */
  value?: string;
  /** Its filter name: `tcp.srcport`. */
  field?: string;
  /** Which of the field's values in this packet it is; 0 if omitted. */
  occurrence?: number;
  /** The number of the packet that it leads to. */
  frame?: number;
  /** Whose bytes it has, as an index of `PacketResponse.sources`; 0, the frame's, if omitted. */
  source?: number;
  /** Offset of its bytes in those. */
  offset: number;
  length: number;
  children?: PacketField[];
}
/** Bytes of a packet: the frame's, or what was put together from several. */
export interface PacketBytes {
  /** `Frame`, `Reassembled IPv4`: the name of its tab. */
  name: string;
  base64: string;
}
export interface PacketResponse {
  number: number;
  /** The frame's bytes first. */
  sources: PacketBytes[];
  layers: PacketField[];
  /** Of a machine's own packet. */
  story?: PacketStory;
}

/** What the machine knows of a packet, as sentences in the reader's language. */
export interface PacketStory {
  /** Why it was sent. */
  cause?: string;
  /** The packet that has led to it; omitted: a system call or a timer has. */
  causedBy?: number;
  /** Why it was lost or dropped. */
  drop?: string;
  /** What truly happened to it. */
  truth: string[];
  /** Where Wireshark's analysis guesses wrong. */
  wrong: string[];
}

/** `sockscope/causeChain`: a packet's cause, the cause of that, and so on. */
export interface CauseChainArguments {
  number: number;
}
export interface CauseChainResponse {
  /** The packet itself first. */
  chain: CauseLink[];
  /** The packet from which it goes on; omitted: it ends there, or further packets are not kept. */
  next?: number;
}
export interface CauseLink {
  number: number;
  /** As the list shows it. */
  info: string;
  /** Why it was sent. */
  sentence: string;
  /** The packet that has led to it: the next one of the chain, if it is kept. */
  packet?: number;
  /** The moment of the decision to send it. */
  event?: number;
}

/** `sockscope/filterCompletions`: what can stand at a place in a filter. */
export interface FilterCompletionsArguments {
  filter: string;
  /** Characters before the cursor. */
  cursor: number;
}
export interface FilterCompletion {
  text: string;
  kind: 'field' | 'protocol' | 'operator' | 'value' | 'function';
  /** `Source Port`; for a value what it stands for. */
  title: string;
}
export interface FilterCompletionsResponse {
  /** The characters from `start` up to `end` are replaced. */
  start: number;
  end: number;
  items: FilterCompletion[];
  /** There are more; typing on finds them. */
  isIncomplete: boolean;
}

/** How a new filter goes together with the one that is there: Wireshark's "Apply as Filter". */
export type ApplyAs =
  'selected' | 'not selected' | 'and selected' | 'or selected' | 'and not selected' | 'or not selected';

/** `sockscope/filterFor`: a filter made from what is seen in a packet. */
export interface FilterForArguments {
  number: number;
  /** The value of a field, all of its TCP connection or UDP flow, or all between its two ends. */
  what: 'field' | 'stream' | 'conversation';
  /** The field's filter name: `tcp.srcport`. For a conversation the layer whose ends count, the innermost if omitted. */
  field?: string;
  /** Which of the field's values in this packet; 0 if omitted. */
  occurrence?: number;
  /** `selected` if omitted. */
  how?: ApplyAs;
  /** The filter that is there. */
  filter?: string;
}
export interface FilterForResponse {
  filter: string;
}

/** `sockscope/packetCode`: the code that sent or received a packet. */
export interface PacketCodeArguments {
  number: number;
  /** `cause`: as `sent`, opened where it was decided. */
  which: 'sent' | 'received' | 'cause';
}
export interface PacketCodeFrame {
  name: string;
  location?: CodeLocation;
}
export interface PacketCodeResponse {
  /** Where to go; absent if the packet has no code on that side (for example, it was never received). */
  location?: CodeLocation;
  /** Innermost first. */
  stack?: PacketCodeFrame[];
  /** Index of the frame to show first: the innermost one of the packet's own protocol. */
  opening?: number;
}

/**
 * `sockscope/annotatePacket`: mark a packet, comment it (an empty text removes the comment), or let relative times
 * count from it. What is omitted stays.
 */
export interface AnnotatePacketArguments {
  number: number;
  marked?: boolean;
  comment?: string;
  isReference?: boolean;
}

/** `sockscope/findPacket`: the next packet of a list that has something. */
export interface FindPacketArguments extends PacketList {
  /** A display filter; a text in the row or in the bytes, whatever letters are capital; bytes in hexadecimal. */
  what: 'filter' | 'row' | 'text' | 'hex';
  text: string;
  /** Index in the list to begin at; it goes on at the other end. */
  from: number;
  backwards?: boolean;
}
export interface FindPacketResponse {
  /** What is searched for is wrong. `start` and `end` are positions in its text. */
  invalid?: { message: string; start?: number; end?: number };
  /** The packet's number and its index in the list. */
  found?: { number: number; index: number };
  /** The time of one answer is over: go on from this index. */
  goOnFrom?: number;
}

/** Protocols whose conversations can be followed. */
export type StreamProtocolName = 'tcp' | 'udp';
/** Which end's bytes: those of both, in the order of capture, or of one. */
export type StreamDirection = 'both' | 'client' | 'server';

/** A stream by its number, as in the filter `tcp.stream eq 3`, or by one of its packets. */
export interface StreamChoice {
  /** `tcp` if omitted. */
  protocol?: StreamProtocolName;
  stream?: number;
  ofPacket?: number;
}

/** `sockscope/followStream`: what the ends of a stream have told each other, a piece of at most 128 KiB an answer. */
export interface FollowStreamArguments extends StreamChoice {
  /** `both` if omitted. */
  direction?: StreamDirection;
  /** Counts from 0, which it is if omitted; one that is beyond the end is the last. */
  piece?: number;
}
/** Bytes of one packet, or a gap. */
export interface StreamChunk {
  /** The packet that they are in; for a gap the one that tells of it. */
  number: number;
  isServer: boolean;
  /** How many bytes of the same end were before. */
  position: number;
  base64: string;
  /** Bytes that the capture does not have. */
  missing?: number;
}
export interface StreamEnd {
  /** `10.0.0.1:40312`; empty as long as no packet was found. */
  name: string;
  packets: number;
  /** Bytes that the capture has in order. */
  bytes: number;
  /** Bytes that it does not have, between those that it has. */
  missing: number;
  /** Bytes that were sent before the first one that is kept. */
  letGo: number;
  /** Bytes that came and wait for others before them, which were not captured yet. */
  waiting: number;
}
export interface FollowStreamResponse {
  protocol: StreamProtocolName;
  stream: number;
  /** How many streams of the protocol there are. */
  streams: number;
  /** The end that opened the connection. */
  client: StreamEnd;
  server: StreamEnd;
  /** How many pieces there are, and which one this is. */
  pieces: number;
  piece: number;
  chunks: StreamChunk[];
  /** Not all packets are looked at: more may follow. Ask again. */
  following?: { done: number; of: number };
}

/** `sockscope/saveStream`: write the bytes of a stream into a file. */
export interface SaveStreamArguments {
  protocol: StreamProtocolName;
  stream: number;
  direction?: StreamDirection;
  path: string;
}
export interface SaveStreamResponse {
  bytes: number;
  /** Bytes that the capture does not have: nothing stands in their place. */
  missing: number;
}

/** `sockscope/exportPackets`: write the capture as pcapng. */
export interface ExportPacketsArguments {
  path: string;
}
export interface ExportPacketsResponse {
  packets: number;
}
