// What the extension and the adapter say to each other beyond the Debug Adapter Protocol: custom requests and events.
// Types only; both rooms import them, neither imports the other.
//
// A request that fails answers `success: false` with a `message` a person can read. Such a message says what was wrong
// and what to do ("no such packet: 812 (412 captured so far)").

// ---------------------------------------------------------------------------------------------------------------------
// Trees

/** The three trees in the Debug side bar. */
export type TreeView = 'sockets' | 'interfaces' | 'kernel';

/** What can be done with a tree node; the extension's context menus are built on these. */
export type TreeContext =
  /** A socket: its transitions can be stopped at (`sockscope/breakOnSocket`), its packets shown. */
  | 'socket'
  /** A socket whose transitions are being stopped at. */
  | 'watched'
  /** A value that `sockscope/setTreeValue` can change. */
  | 'settable'
  /** A node that stands for captured packets; `packetNumber` or `packetFilter` says which. */
  | 'packet'
  /** A node whose `value` is worth copying. */
  | 'copyable'
  /** A node that leads to source: `location` says where. */
  | 'link';

/** A place in a source file. `path` is absolute; lines and columns count from 1. */
export interface CodeLocation {
  path: string;
  line: number;
  column?: number;
}

export interface TreeItem {
  /** Stable across stops and unique in its view, e.g. `sock:12/tcp_sock/snd_nxt`. */
  id: string;
  label: string;
  /** The whole name, where the label is only a part of it. */
  name?: string;
  /** Shown dimmed behind the label. */
  description?: string;
  /** Plain text; for a struct field its doc. */
  tooltip?: string;
  /** A codicon's name without `codicon-`. */
  icon?: string;
  collapsible: 'none' | 'collapsed' | 'expanded';
  /** The value differs from what it was at the previous stop. */
  changed?: boolean;
  context: TreeContext[];
  /** The value as text: what is copied, and what an edit starts from. */
  value?: string;
  location?: CodeLocation;
  /** For a node with the context `packet`: the filter that shows its packets in the Packets panel. */
  packetFilter?: string;
  /** For a node with the context `packet` that stands for one captured packet: its number. */
  packetNumber?: number;
  /** A stack frame id in which the node's value was read. */
  frame?: number;
}

/** `sockscope/tree`: the children of `parent`, or the roots of a view. Works stopped and running. */
export interface TreeArguments {
  view: TreeView;
  parent?: string;
}
export interface TreeResponse {
  items: TreeItem[];
}

/** `sockscope/setTreeValue`: change the value of a `settable` node. Answers with the node as it is now. */
export interface SetTreeValueArguments {
  id: string;
  /** What the user typed: a number, a flag expression, a state's name. */
  value: string;
}
export interface SetTreeValueResponse {
  item?: TreeItem;
}

/** `sockscope/breakOnSocket`: stop at every state transition of one `socket` node. */
export interface BreakOnSocketArguments {
  id: string;
  enabled: boolean;
}
export interface BreakOnSocketResponse {
  enabled: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------
// Packets

/** Seen from the device that captured it. On a loopback wire a frame is sent and, if it is not lost, received. */
export type PacketDirection = 'out' | 'in';

/** What became of a frame. */
export type PacketFate = 'lost' | 'dropped' | 'delivered' | 'in flight';

export interface PacketRow {
  /** Counts from 1. */
  number: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  direction: PacketDirection;
  source: string;
  destination: string;
  protocol: string;
  /** Bytes on the wire. */
  length: number;
  /** Wireshark's wording. */
  info: string;
  fate?: PacketFate;
  /** Why it was dropped: a kernel drop reason, or what the wire did. */
  reason?: string;
  /** It matches a bookmark or a breakpoint. */
  marked?: boolean;
}

/** `sockscope/packets`: a window of the list. `from` is an index into the packets that match the filter. */
export interface PacketsArguments {
  from: number;
  count: number;
  filter?: string;
}
export interface PacketsResponse {
  /** The filter does not parse; `rows` is empty. `start` and `end` are positions in its text. */
  invalidFilter?: { message: string; start?: number; end?: number };
  /** All packets captured so far. */
  total: number;
  /** Those that match the filter. */
  matching: number;
  rows: PacketRow[];
  /** Number of the packet that is being handled at this stop. */
  current?: number;
  /** Index of `current` among the packets that match the filter, where it is one of them. */
  currentIndex?: number;
}

/** `sockscope/packet`: one packet, decoded. */
export interface PacketArguments {
  number: number;
}
export interface PacketField {
  name: string;
  value: string;
  /** Where its bytes are, counted from the start of the frame. */
  offset: number;
  length: number;
  children?: PacketField[];
}
export interface PacketLayer {
  name: string;
  summary: string;
  offset: number;
  length: number;
  fields: PacketField[];
}
export interface PacketResponse {
  number: number;
  /** The whole frame, base64. */
  bytes: string;
  layers: PacketLayer[];
}

/** `sockscope/packetCode`: the code that sent or received a packet. */
export interface PacketCodeArguments {
  number: number;
  which: 'sent' | 'received';
}
export interface PacketCodeFrame {
  name: string;
  location?: CodeLocation;
}
export interface PacketCodeResponse {
  /** Where to go; without one the packet has no code on that side (it was never received, say). */
  location?: CodeLocation;
  /** Innermost first. */
  stack?: PacketCodeFrame[];
  /** Index of the frame to look at first: the innermost one of the packet's own protocol. */
  opening?: number;
}

/** `sockscope/exportPackets`: write the capture as pcapng. */
export interface ExportPacketsArguments {
  path: string;
}
export interface ExportPacketsResponse {
  packets: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Where to stop

/** A kind of moments that the machine can be stopped at. */
export interface StopKind {
  label: string;
  description: string;
  /** Examples of a condition. */
  placeholder: string;
  /** It is among the exception filters that the adapter announces. */
  isListed: boolean;
}

/** Conditions by kind, as in `{ "transition": "SYN_RECV -> ESTABLISHED", "packetDropped": "" }`; an empty one is for always. */
export type BreakOn = Record<string, string>;

/** `sockscope/breakOn`: what to stop at besides the exception filters. Replaces what was chosen before. */
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
  direction: PacketDirection;
  interface: string;
  /** Bytes on the wire. */
  length: number;
  /** base64. Of a large capture only the headers. */
  bytes: string;
  fate?: PacketFate;
  reason?: string;
}
/** The newest packets of a capture. */
export interface CaptureRecord {
  /** All packets captured. */
  total: number;
  frames: RecordedFrame[];
}

/** The code of the newest packets, each stack once. */
export interface CodeRecord {
  stacks: PacketCodeFrame[][];
  /** By packet: a place in `stacks`, and the frame in it to look at first. */
  packets: { number: number; sent?: CodeReference; received?: CodeReference }[];
}
export interface CodeReference {
  stack: number;
  opening: number;
}

/** A tree node with what is under it, as far as it was recorded. */
export interface RecordedItem {
  item: TreeItem;
  children?: RecordedItem[];
}
export interface TreesRecord {
  /** Virtual seconds, nine digits after the point: when the trees were so. */
  time: string;
  /** They are of the last stop, and this is why it stopped; otherwise they are of the end. */
  stop?: string;
  views: Record<TreeView, RecordedItem[]>;
}

/** Body of the event `sockscope/record`: sent before `terminated` to a client that launched with `record`. */
export interface RunRecord {
  /** Virtual seconds at the end, nine digits after the point. */
  time: string;
  packets: CaptureRecord;
  code: CodeRecord;
  /** Left out where the machine could not be asked any more. */
  trees?: TreesRecord;
}

// ---------------------------------------------------------------------------------------------------------------------
// All of them

/** Where `sockscope/runTo` leads to: into the driver's transmit function, or out of the kernel to the program's next line. */
export const RUN_TO = ['driver', 'program'] as const;
export interface RunToArguments {
  to: (typeof RUN_TO)[number];
  /** The thread that is to come to the program. */
  threadId: number;
}

/** Every custom request: its name, what it takes, what it answers. */
export interface SockscopeRequests {
  'sockscope/tree': { arguments: TreeArguments; response: TreeResponse };
  'sockscope/setTreeValue': { arguments: SetTreeValueArguments; response: SetTreeValueResponse };
  'sockscope/breakOnSocket': { arguments: BreakOnSocketArguments; response: BreakOnSocketResponse };
  'sockscope/runTo': { arguments: RunToArguments; response: Record<string, never> };
  'sockscope/breakOn': { arguments: BreakOnArguments; response: BreakOnResponse };
  'sockscope/packets': { arguments: PacketsArguments; response: PacketsResponse };
  'sockscope/packet': { arguments: PacketArguments; response: PacketResponse };
  'sockscope/packetCode': { arguments: PacketCodeArguments; response: PacketCodeResponse };
  'sockscope/exportPackets': { arguments: ExportPacketsArguments; response: ExportPacketsResponse };
}

/** Body of the event `sockscope/changed`: at most five a second while running, and one on each stop. */
export interface ChangedEvent {
  /** Packets captured so far. */
  packets: number;
  /** Virtual seconds since boot, nine digits after the point. */
  time: string;
  /** Number of the event at which it is stopped. */
  event?: number;
  /** Number of the packet that is being handled at this stop. */
  current?: number;
}

/** Every custom event and its body. */
export interface SockscopeEvents {
  'sockscope/changed': ChangedEvent;
  'sockscope/record': RunRecord;
}

// ---------------------------------------------------------------------------------------------------------------------
// Launching

/** The virtual NIC and the wire behind it. */
export interface NicConfiguration {
  /** Bytes; 65536 as Linux's lo, 1500 as on Ethernet. */
  mtu?: number;
  /** Descriptors in each ring; a power of two. */
  ringSize?: number;
  /** One way, e.g. `10us`, `40ms`; a bare number is microseconds. */
  latency?: string | number;
  /** e.g. `1Gbit`, `10Mbit`; a bare number is bits a second; 0 is unlimited. */
  bandwidth?: string | number;
  /** Probabilities, 0 to 1. */
  loss?: number;
  reorder?: number;
  duplicate?: number;
  corrupt?: number;
}

/** What a launch configuration of the type `sockscope` may hold besides DAP's own. */
export interface LaunchConfiguration {
  /** The scenario: a TypeScript or JavaScript file. */
  program: string;
  stopOnEntry?: boolean;
  /** Seed of the machine's random numbers. */
  seed?: number;
  /** By Linux's names, e.g. `net.ipv4.tcp_syn_retries`. */
  sysctl?: Record<string, number | string>;
  nic?: NicConfiguration;
  /** Write the capture to this pcapng file. */
  pcap?: string;
  /** Files not to step into: globs. */
  skipFiles?: string[];
  /** Most memory for the objects of the machine and its programs, in MB. */
  maxHeap?: number;
  /** What to stop at besides the exception filters. */
  breakOn?: BreakOn;
  /** Send the event `sockscope/record` when the run ends. */
  record?: boolean;
}
