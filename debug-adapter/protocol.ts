// The protocol between the extension and the adapter beyond the Debug Adapter Protocol: custom requests and
// events. Types only; both import this file, and neither imports the other.
//
// A failed request is answered with `success: false` and a readable `message`, which tells what was wrong and
// what to do ("no such packet: 812 (412 captured so far)").

import type { Message } from '../language/message.ts';
import type { Cause } from './packets/cause/cause.ts';
import type { Drop } from './packets/truth/drop.ts';
import type { Truth } from './packets/truth/truth.ts';
import type {
  CauseLink,
  PacketDirection,
  PacketFate,
  PacketsArguments,
  PacketsResponse,
  PacketArguments,
  PacketResponse,
  FilterCompletionsArguments,
  FilterCompletionsResponse,
  FilterForArguments,
  FilterForResponse,
  CauseChainArguments,
  CauseChainResponse,
  PacketCodeArguments,
  PacketCodeFrame,
  PacketCodeResponse,
  AnnotatePacketArguments,
  FindPacketArguments,
  FindPacketResponse,
  ExportPacketsArguments,
  ExportPacketsResponse,
  FollowStreamArguments,
  FollowStreamResponse,
  SaveStreamArguments,
  SaveStreamResponse,
} from './packets/data.ts';
import type { FunctionGraphArguments, FunctionGraphResponse } from './functionGraph/data.ts';
import type { GraphsArguments, GraphsResponse } from './graphs/data.ts';
import type { Sample } from './graphs/sample.ts';
import type {
  BreakOnSocketArguments,
  BreakOnSocketResponse,
  CodeLocation,
  SetTreeValueArguments,
  SetTreeValueResponse,
  TreeArguments,
  TreeItem,
  TreeResponse,
  TreeView,
  UpdateChecksumsArguments,
  UpdateChecksumsResponse,
} from './inspect/trees/data.ts';
import type { PictureData, PictureId } from './pictures/data.ts';
import type {
  EventCodeArguments,
  EventCodeResponse,
  Moment,
  SequenceArguments,
  SequenceResponse,
  TraceArguments,
  TraceResponse,
} from './sequence/data.ts';
import type { Happening } from './sequence/happening.ts';
import type { TimelineArguments, TimelineResponse } from './timeline/data.ts';
import type { WayArguments, WayResponse } from './way/data.ts';
import type { Step } from './way/step.ts';

export type * from './packets/data.ts';
export type * from './packets/compare/data.ts';
export type * from './functionGraph/data.ts';
export type * from './graphs/data.ts';
export type * from './inspect/trees/data.ts';
export type * from './pictures/data.ts';
export type * from './sequence/data.ts';
export type * from './session/launchData.ts';
export type * from './timeline/data.ts';
export type * from './way/data.ts';

// ---------------------------------------------------------------------------------------------------------------------
// Frames in transit

export type FrameChangeKind = 'drop' | 'duplicate' | 'delay' | 'reorder' | 'corrupt' | 'bytes';

/**
 * `sockscope/changeFrame`: change a frame on a wire or in a receive ring, by its packet's number; or a packet that is to be
 * sent, by its descriptor in a TX ring. Only at a stop, and not in the past.
 */
export interface ChangeFrameArguments {
  packet?: number;
  /** The interface that is to send it: `lo`; with several hosts `client eth0`. */
  link?: string;
  descriptor?: number;
  /**
   * `reorder`: the next frame of its link overtakes it. `corrupt`: all bits of a byte are flipped, and no checksum hides
   * that. `bytes`: they are others, and checksums stay as they are.
   */
  how: FrameChangeKind;
  /** Of `delay`: how much later it arrives, as `5ms`; a plain number is microseconds. */
  delay?: string | number;
  /** Of `corrupt` (default: the last byte) and `bytes`: from the frame's beginning. */
  at?: number;
  /** Of `bytes`. */
  hex?: string;
}
export interface ChangeFrameResponse {
  /** What was done, in the client's language. */
  text: string;
}

/** `sockscope/injectFrame`: put a frame on a link, as if the link's interface had sent it. */
export interface InjectFrameArguments {
  /** May be omitted where there is only one. */
  link?: string;
  /** From the Ethernet header on; spaces and colons do not count. */
  hex: string;
  /** Else the checksums of IPv4, TCP, UDP and ICMP are computed. */
  isRaw?: boolean;
}
export interface InjectFrameResponse extends ChangeFrameResponse {
  /** The number of its packet. */
  number: number;
}

/** `sockscope/frames`: what can be changed, and the links of the world. */
export interface FramesResponse {
  links: string[];
  /** `leftNs`: when it arrives; null: it is being sent, or stands in a receive ring. */
  frames: { number: number; link: string; leftNs: number | null }[];
}
/** `sockscope/frameMemory`: the memory reference of its bytes. */
export interface FrameMemoryArguments {
  packet: number;
}
export interface FrameMemoryResponse {
  memoryReference: string;
}

// ---------------------------------------------------------------------------------------------------------------------
// Pictures

/** `sockscope/picture`: what one of the pictures shows. Works stopped and running. */
export interface PictureArguments {
  picture: PictureId;
}
export interface PictureResponse {
  data: PictureData;
}

// ---------------------------------------------------------------------------------------------------------------------
// Where to stop

/** A kind of event at which the machine can stop. */
export interface StopKind {
  label: Message;
  description: Message;
  /** Examples of a condition. */
  placeholder: Message;
  /** Whether it is among the exception filters that the adapter announces. */
  isListed: boolean;
}

/**
 * Conditions by kind, as in `{ "transition": "SYN_RECV -> ESTABLISHED", "packetDropped": "" }`; an empty
 * condition always matches.
 */
export type BreakOn = Record<string, string>;

/** `sockscope/breakOn`: what to stop at besides the exception filters. Replaces the previous choice. */
export interface BreakOnArguments {
  breakOn: BreakOn;
}
export interface BreakOnResponse {
  /** By kind: why it is not armed. */
  problems: Record<string, string>;
}

// ---------------------------------------------------------------------------------------------------------------------
// What stays when the machine is gone

export interface RecordedFrame {
  number: number;
  /** Virtual nanoseconds. */
  timeNs: number;
  direction?: PacketDirection;
  interface: string;
  /** Bytes on the wire. */
  length: number;
  /** base64. For a large capture only the headers. */
  bytes: string;
  /** The last event when it was sent. */
  event?: number;
  fate?: PacketFate;
  reason?: string;
  cause?: Cause;
  drop?: Drop;
  truth?: Truth;
  isMarked?: boolean;
  comment?: string;
  isReference?: boolean;
}
/** The newest packets of a capture. */
export interface CaptureRecord {
  /** The number of packets captured. */
  total: number;
  frames: RecordedFrame[];
}

/** The code of the newest packets and of other events; each stack is included once. */
export interface CodeRecord {
  stacks: PacketCodeFrame[][];
  /** By packet: an index into `stacks`, and the frame to show first. */
  packets: { number: number; sent?: CodeReference; received?: CodeReference }[];
  /** By event. */
  events: ({ event: number } & CodeReference)[];
}
export interface CodeReference {
  stack: number;
  opening: number;
}

/** A tree node with its children, as far as recorded. */
export interface RecordedItem {
  item: TreeItem;
  children?: RecordedItem[];
}
export interface TreesRecord {
  /** The time of the trees: virtual seconds, nine digits after the point. */
  time: string;
  /** If the trees are those of the last stop, its reason; otherwise they are those of the end. */
  stop?: string;
  views: Record<TreeView, RecordedItem[]>;
  /** The pictures of the same moment. */
  pictures: PictureData[];
}

/** Body of the event `sockscope/record`: sent before `terminated` to a client that launched with `record`. */
export interface RunRecord {
  /** Virtual seconds at the end, nine digits after the point. */
  time: string;
  packets: CaptureRecord;
  code: CodeRecord;
  /** The newest of what happened, for the sequence diagram; `missing`: how much there was before. */
  happenings: readonly Happening[];
  missing: number;
  /** The newest samples, for the graphs. */
  samples: readonly Sample[];
  /** The newest steps of packets, and where the functions begin that they are in. */
  steps: readonly Step[];
  places: Readonly<Record<string, CodeLocation>>;
  bookmarks: readonly Bookmark[];
  /** Where it had stopped. */
  stops: readonly Moment[];
  /** The file that `sockscope/saveRecording` would write, in base64; omitted if nothing repeats the run, or it is large. */
  recording?: string;
  /** Omitted if the machine could no longer answer. */
  trees?: TreesRecord;
}

// ---------------------------------------------------------------------------------------------------------------------
// All of them

/**
 * The target of `sockscope/runTo`: the driver's transmit function, or out of the kernel to the program's next
 * line.
 */
export const RUN_TO_NEXT = [
  ...(['packet', 'arrival', 'syscall', 'transition', 'timer'] as const),
  ...(['switch', 'idle'] as const),
] as const;
/**
 * The next of its kind; `packet`: one that is sent, or arrives; `switch`: a task is put on a CPU; `idle`: nothing can
 * run before time has passed.
 */
export type RunToNext = (typeof RUN_TO_NEXT)[number];
export const RUN_TO = ['driver', 'program', ...RUN_TO_NEXT] as const;
export interface RunToArguments {
  to: (typeof RUN_TO)[number];
  /** The thread that must reach the program. */
  threadId: number;
}
/** `sockscope/runToArrival`: to where the stack takes a packet from the network card, be that later or earlier. */
export interface RunToArrivalArguments {
  number: number;
}
/** `sockscope/due`: what has its time set, the first one first; timers that the run does not wait for come last. */
export interface DueResponse {
  /** Nothing can run before that. */
  isAsleep: boolean;
  due: DueThing[];
}
export interface DueThing {
  /** The function of a timer. */
  what: string;
  /** Whose it is: a socket's ends, a task, a neighbour. */
  of: string;
  /** With several machines: which one's. */
  host?: string;
  /** 0: now. */
  inNs: number;
  /** The same in three digits: `40 ms`. */
  left: string;
}
/** `sockscope/advanceTime`: run until what stands there in the list of `sockscope/due` has its time; default: the first. */
export interface AdvanceTimeArguments {
  index?: number;
}
/**
 * `sockscope/why`: what has led to the value of a field of a connection. The field is one of a variable, as
 * `dataBreakpointInfo` names it, a node of a tree, or an expression such as `sk.snd_cwnd`.
 */
export interface WhyArguments {
  variablesReference?: number;
  name?: string;
  node?: string;
  expression?: string;
  frameId?: number;
}
export interface WhyResponse {
  value: string;
  /** The connection. */
  of: string;
  from: string;
  to: string;
  sentence: string;
  /** It has another value now, of which no cause is known. */
  since?: string;
  /** The moment of the change. */
  event: number;
  timeNs: number;
  /** The function that has changed it. */
  location?: CodeLocation;
  /** The packet that was handled. */
  packet?: number;
  /** That packet with its cause, and so on back. */
  chain: CauseLink[];
  /** The packet from which it goes on; omitted: it ends there, or further packets are not kept. */
  next?: number;
}
/** `sockscope/goToEvent`: a moment of the run, by its number, becomes the stop. */
export interface GoToEventArguments {
  event: number;
}
/** `sockscope/goToSending`: where a packet was sent becomes the stop. */
export interface GoToSendingArguments {
  /** The packet's. */
  number: number;
}
/** `sockscope/output`: the lines that programs have written, with the moment of each. */
export interface OutputArguments {
  /** So many of the newest; default 1000. */
  count?: number;
}
export interface OutputResponse {
  /** Oldest first. */
  lines: OutputLine[];
  /** Older ones are not kept, or were not asked for; or a program has written more lines at once than are kept. */
  isCut: boolean;
}
/** Its moment is the event before it. */
export interface OutputLine extends Moment {
  /** How many lines come before it since that event. */
  index: number;
  process: string;
  pid: number;
  host: string;
  stream: 'stdout' | 'stderr';
  /** Perhaps cut short. */
  text: string;
}

/** `sockscope/goToOutput`: where a line was written becomes the stop. */
export type GoToOutputArguments = Pick<OutputLine, 'event' | 'index'>;

// ---------------------------------------------------------------------------------------------------------------------
// Data breakpoints beside the client's own

/** A data breakpoint that the client does not know: set in the debug console, or at a node of a tree. */
export interface Watch {
  number: number;
  /** `snd_cwnd of tcp_sock 127.0.0.1:8080` */
  text: string;
  access: 'read' | 'write' | 'readWrite';
  /** An expression over `$value` and `$old`; empty: always. */
  condition: string;
  /** As DAP's `hitCondition`; empty: at each. */
  hitCondition: string;
  /** Why it does not stop the machine that is shown. */
  problem?: string;
}
/** `sockscope/watchField`: stop where the field is accessed that a `watchable` node shows. */
export interface WatchFieldArguments {
  /** The node's id. */
  id: string;
  /** Default: `write`. */
  access?: Watch['access'];
  condition?: string;
  hitCondition?: string;
}
export interface WatchResponse {
  watch: Watch;
}
/** `sockscope/checkWatch`: whether they are written as a machine takes them; it fails with what is wrong. */
export type CheckWatchArguments = Pick<WatchFieldArguments, 'condition' | 'hitCondition'>;
/** `sockscope/unwatch`: end one of them. Answers, as `sockscope/watches` does, with those that are left. */
export interface UnwatchArguments {
  number: number;
}
/** Also the body of the event `sockscope/watches`: there are others. */
export interface WatchesResponse {
  watches: Watch[];
}

// ---------------------------------------------------------------------------------------------------------------------
// Recordings and bookmarks

/**
 * `sockscope/saveRecording`: write what repeats the run, up to where it stands, into a file. A launch with that file as
 * its `recording` stands there again.
 */
export interface SaveRecordingArguments {
  /** Ends in `.sockscope`. */
  path: string;
  /** It is to stand where this packet is sent, and to know nothing that came after it; default: at the stop. */
  packet?: number;
}
export interface SaveRecordingResponse {
  /** The size of the file. */
  bytes: number;
  /** False: nothing leads exactly to this stop, and the recording stands at the event next to it. */
  isExact: boolean;
  /** How a fault of a launch configuration calls the packet. */
  sent?: { link: string; frame: number };
}

/** A moment of the run that has a name. */
export interface Bookmark extends Moment {
  name: string;
}
/** `sockscope/bookmarks`: those of the run, in order; so are the answers of the others. */
export interface BookmarksResponse {
  bookmarks: Bookmark[];
}
/** `sockscope/addBookmark`: name an event, or the sending of a packet; without either the moment of the stop. */
export interface AddBookmarkArguments {
  name: string;
  event?: number;
  packet?: number;
}
export interface RenameBookmarkArguments {
  name: string;
  newName: string;
}
/** `sockscope/removeBookmark`, and `sockscope/goToBookmark`: its moment becomes the stop. */
export interface BookmarkArguments {
  name: string;
}

/** Every custom request: its name, its arguments and its response. */
export interface SockscopeRequests {
  'sockscope/tree': { arguments: TreeArguments; response: TreeResponse };
  'sockscope/setTreeValue': { arguments: SetTreeValueArguments; response: SetTreeValueResponse };
  'sockscope/updateChecksums': { arguments: UpdateChecksumsArguments; response: UpdateChecksumsResponse };
  'sockscope/changeFrame': { arguments: ChangeFrameArguments; response: ChangeFrameResponse };
  'sockscope/injectFrame': { arguments: InjectFrameArguments; response: InjectFrameResponse };
  'sockscope/frames': { arguments: Record<string, never>; response: FramesResponse };
  'sockscope/frameMemory': { arguments: FrameMemoryArguments; response: FrameMemoryResponse };
  'sockscope/breakOnSocket': { arguments: BreakOnSocketArguments; response: BreakOnSocketResponse };
  'sockscope/watchField': { arguments: WatchFieldArguments; response: WatchResponse };
  'sockscope/checkWatch': { arguments: CheckWatchArguments; response: Record<string, never> };
  'sockscope/watches': { arguments: Record<string, never>; response: WatchesResponse };
  'sockscope/unwatch': { arguments: UnwatchArguments; response: WatchesResponse };
  'sockscope/goToEvent': { arguments: GoToEventArguments; response: Record<string, never> };
  'sockscope/goToSending': { arguments: GoToSendingArguments; response: Record<string, never> };
  'sockscope/output': { arguments: OutputArguments; response: OutputResponse };
  'sockscope/goToOutput': { arguments: GoToOutputArguments; response: Record<string, never> };
  'sockscope/runTo': { arguments: RunToArguments; response: Record<string, never> };
  'sockscope/runToArrival': { arguments: RunToArrivalArguments; response: Record<string, never> };
  'sockscope/why': { arguments: WhyArguments; response: WhyResponse };
  'sockscope/due': { arguments: Record<string, never>; response: DueResponse };
  'sockscope/advanceTime': { arguments: AdvanceTimeArguments; response: Record<string, never> };
  'sockscope/saveRecording': { arguments: SaveRecordingArguments; response: SaveRecordingResponse };
  'sockscope/bookmarks': { arguments: Record<string, never>; response: BookmarksResponse };
  'sockscope/addBookmark': { arguments: AddBookmarkArguments; response: BookmarksResponse };
  'sockscope/renameBookmark': { arguments: RenameBookmarkArguments; response: BookmarksResponse };
  'sockscope/removeBookmark': { arguments: BookmarkArguments; response: BookmarksResponse };
  'sockscope/goToBookmark': { arguments: BookmarkArguments; response: Record<string, never> };
  'sockscope/breakOn': { arguments: BreakOnArguments; response: BreakOnResponse };
  'sockscope/picture': { arguments: PictureArguments; response: PictureResponse };
  'sockscope/packets': { arguments: PacketsArguments; response: PacketsResponse };
  'sockscope/packet': { arguments: PacketArguments; response: PacketResponse };
  'sockscope/filterCompletions': {
    arguments: FilterCompletionsArguments;
    response: FilterCompletionsResponse;
  };
  'sockscope/filterFor': { arguments: FilterForArguments; response: FilterForResponse };
  'sockscope/packetCode': { arguments: PacketCodeArguments; response: PacketCodeResponse };
  'sockscope/causeChain': { arguments: CauseChainArguments; response: CauseChainResponse };
  'sockscope/annotatePacket': { arguments: AnnotatePacketArguments; response: Record<string, never> };
  'sockscope/findPacket': { arguments: FindPacketArguments; response: FindPacketResponse };
  'sockscope/followStream': { arguments: FollowStreamArguments; response: FollowStreamResponse };
  'sockscope/saveStream': { arguments: SaveStreamArguments; response: SaveStreamResponse };
  'sockscope/exportPackets': { arguments: ExportPacketsArguments; response: ExportPacketsResponse };
  'sockscope/eventCode': { arguments: EventCodeArguments; response: EventCodeResponse };
  'sockscope/sequence': { arguments: SequenceArguments; response: SequenceResponse };
  'sockscope/trace': { arguments: TraceArguments; response: TraceResponse };
  'sockscope/graphs': { arguments: GraphsArguments; response: GraphsResponse };
  'sockscope/functionGraph': { arguments: FunctionGraphArguments; response: FunctionGraphResponse };
  'sockscope/timeline': { arguments: TimelineArguments; response: TimelineResponse };
  'sockscope/packetWay': { arguments: WayArguments; response: WayResponse };
}

/** Body of the event `sockscope/changed`: at most five a second while running, and one on each stop. */
export interface ChangedEvent {
  /** Packets captured so far. */
  packets: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  /** Number of the event at which it is stopped. */
  event?: number;
  /** Number of the packet that is being processed at this stop. */
  current?: number;
}

/** Body of the event `sockscope/notStarted`: the programs cannot be loaded, or a port cannot be forwarded. */
export interface NotStartedEvent {
  /** What was wrong, where, and what to do; it is in the output, too. */
  message: string;
}

/** Every custom event and its body. */
export interface SockscopeEvents {
  'sockscope/changed': ChangedEvent;
  'sockscope/record': RunRecord;
  'sockscope/notStarted': NotStartedEvent;
  'sockscope/watches': WatchesResponse;
}
