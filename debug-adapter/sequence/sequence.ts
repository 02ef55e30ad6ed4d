/** A sequence diagram's data, from a recording: who took part, what each did, and what went between them. */
import { UserError } from '../../language/userError.ts';
import type {
  Moment,
  SequenceArguments,
  SequenceCall,
  SequenceLifeline,
  SequencePacket,
  SequenceQueues,
  SequenceResponse,
  SequenceState,
} from '../protocol.ts';
import { Calls, momentOf, type Call } from './calls.ts';
import { Conversations, numbered, type Conversation } from './conversations.ts';
import { connectionId, connectionLabel, otherEnd, socketText, sourceEnd, type End } from './ends.ts';
import type { Happening, HappeningOf } from './happening.ts';
import { Lifelines } from './lifelines.ts';
import { Owners } from './owners.ts';
import { Frames, type Frame } from './frames.ts';

/** How many packets and calls an answer has by default. */
const USUAL_COUNT = 1000;

export function sequenceOf(
  happenings: readonly Happening[],
  missing: number,
  { connection, from = 0, to = Infinity, count = USUAL_COUNT }: SequenceArguments,
): SequenceResponse {
  const whole = new Story(happenings);
  const shown = connection === undefined ? null : whole.conversation(connection);
  const isIn = (first: Moment, last: Moment | undefined) =>
    first.event <= to && (last === undefined || last.event >= from);
  const calls = whole.calls(shown).filter((call) => isIn(call.from, call.to));
  const packets = whole.packets(shown).filter((packet) => isIn(packet.sent, endOf(packet)));
  // The newest, by the moment at which each begins.
  const begins = [...calls.map((call) => call.from.event), ...packets.map(({ sent }) => sent.event)];
  const surplus = begins.length - count;
  const first = surplus > 0 ? begins.sort((a, b) => a - b)[surplus]! : from;
  const isKept = ({ event }: Moment) => event >= first && event <= to;
  const keptPackets = packets.filter(({ sent, arrived }) => (arrived ?? sent).event >= first);
  // A call that went on is shown although it began before.
  const keptCalls = calls.filter((call) => call.to === undefined || call.to.event >= first);
  const states = whole.states(shown).filter(({ at }) => isKept(at));
  const queues = whole.queues(shown).filter(({ at }) => isKept(at));
  const last = happenings.at(-1);
  const shownMoments = [...keptPackets.map(({ sent }) => sent), ...keptCalls.map((call) => call.from)];
  const leftOut = begins.length - keptPackets.length - keptCalls.length;
  const isCut = leftOut > 0 || missing > 0 || from > 0;
  const earliest = shownMoments.sort((a, b) => a.event - b.event)[0];
  return {
    ...(last !== undefined && { last: momentOf(last) }),
    ...(isCut && earliest !== undefined && { begins: earliest }),
    leftOut,
    connections: whole.conversations.map((one) => ({
      id: one.id,
      label: connectionLabel(one.asks),
      packets: one.packets,
    })),
    lifelines: whole.lifelinesOf(keptCalls, keptPackets, states, queues),
    calls: keptCalls,
    packets: keptPackets,
    states,
    queues,
  };
}

function endOf({ fate, arrived, sent }: SequencePacket): Moment | undefined {
  return fate === 'in flight' ? undefined : (arrived ?? sent);
}

interface StateChange {
  happening: HappeningOf<'state'>;
  /** The system call in which it happened. */
  call: Call | undefined;
  /** The frame whose processing it is a part of. */
  handled: Frame | undefined;
}

/** All that a recording tells. */
class Story {
  readonly #owners: Owners;
  readonly #lifelines: Lifelines;
  readonly #calls: Calls;
  readonly #frames = new Frames();
  readonly #conversations = new Conversations();
  readonly #states: StateChange[] = [];
  readonly #queues: (HappeningOf<'queues'> | HappeningOf<'overflow'>)[] = [];
  /** The lifelines in the order in which something happens on them. */
  readonly #order = new Map<string, SequenceLifeline>();

  constructor(happenings: readonly Happening[]) {
    this.#owners = new Owners(happenings);
    const begin = happenings[0] ?? { event: 0, timeNs: 0 };
    this.#calls = new Calls(momentOf(begin));
    for (const happening of happenings) this.#add(happening);
    this.#lifelines = new Lifelines(this.#owners, this.conversations);
  }

  #add(happening: Happening): void {
    const { kind } = happening;
    if (kind === 'sent') {
      const receiver = this.#owners.receiverOf(happening.frame, happening.facts.destination);
      const conversation = this.#conversations.of(happening, receiver);
      this.#frames.send(happening, conversation, numbered(conversation, happening));
      this.#calls.sends(happening.pid, sourceEnd(happening.facts));
    } else if (kind === 'state') {
      const call = this.#calls.current(happening.pid);
      const handled = happening.pid === 0 ? this.#frames.handled(happening.host) : undefined;
      this.#states.push({ happening, call, handled });
    } else if (kind === 'queues' || kind === 'overflow') {
      this.#queues.push(happening);
    } else {
      this.#calls.add(happening);
      this.#frames.add(happening);
    }
  }

  get conversations(): Conversation[] {
    return this.#conversations.all();
  }
  /** @throws an error for the user if there is no such conversation */
  conversation(id: string): Conversation {
    const found = this.conversations.find((one) => one.id === id);
    if (found === undefined)
      throw new UserError('no packet of the connection "{0}" is recorded (any more)', id);
    return found;
  }

  packets(shown: Conversation | null): SequencePacket[] {
    const frames = this.#frames.all.filter(
      ({ conversation }) => shown === null || conversation.id === shown.id,
    );
    return frames.map((frame) => this.#packet(frame));
  }
  #packet(frame: Frame): SequencePacket {
    const { sent, numbered: numbers, receiver, stored, arrived, fate, reason } = frame;
    const { facts } = sent;
    const end = sourceEnd(facts);
    const host = receiver?.host ?? this.#owners.receiverOf(sent.frame, facts.destination);
    const from = sent.isOutside
      ? this.#lifelines.ofOutside()
      : this.#lifelines.ofEnd(sent.host, end, sent.event);
    const to = frame.isGone
      ? this.#lifelines.ofOutside()
      : this.#lifelines.ofEnd(host, otherEnd(end), sent.event);
    return {
      number: sent.frame,
      from: this.#seen(from),
      to: this.#seen(to),
      protocol: facts.protocol,
      label: facts.tcp === undefined ? (facts.about ?? facts.protocol) : flagsText(facts.tcp.flags),
      numbers: numbers === null ? '' : numbersText(numbers.seq, numbers.ack),
      payload: facts.payload,
      sent: momentOf(sent),
      ...(stored !== undefined && { stored }),
      ...(arrived !== undefined && { arrived }),
      fate,
      ...(reason !== undefined && { reason }),
      ...(numbers?.isRepeated === true && { isRepeated: true }),
      ...(frame.isDuplicate && { isDuplicate: true }),
      sender: `${sent.host} ${sent.interface}`,
      ...(receiver !== undefined && { receiver: `${receiver.host} ${receiver.name}` }),
    };
  }

  calls(shown: Conversation | null): SequenceCall[] {
    const told: SequenceCall[] = [];
    const ends = shown === null ? null : this.#processesOf(shown);
    for (const call of this.#calls.all) {
      const process = this.#owners.processOf(call.pid);
      if (process === undefined) continue;
      if (shown !== null && !(ends!.has(process.id) && isAbout(call.socket, shown))) continue;
      const { pid, name, result, from, to, sleeps } = call;
      told.push({
        lifeline: this.#seen(this.#lifelines.ofProcess(process, call.socket)),
        pid,
        name,
        arguments: call.arguments,
        ...(result !== undefined && { result }),
        from,
        ...(to !== undefined && { to }),
        sleeps,
      });
    }
    return told;
  }
  #processesOf({ asks, askingHost, answeringHost }: Conversation): Set<number> {
    const asking = this.#owners.ownerOf(askingHost, asks, Infinity);
    const answering = this.#owners.ownerOf(answeringHost, otherEnd(asks), Infinity);
    return new Set([asking, answering].flatMap((process) => (process === undefined ? [] : [process.id])));
  }

  states(shown: Conversation | null): SequenceState[] {
    const told: SequenceState[] = [];
    for (const change of this.#states) {
      const { happening } = change;
      const { host, event, from, to } = happening;
      // A socket that TIME_WAIT takes over from, without a change.
      if (from === to) continue;
      const socket = changedSocket(change);
      if (shown !== null && !isAbout(socket, shown)) continue;
      const process = this.#owners.processOf(happening.pid);
      const lifeline =
        socket.port === 0 && process !== undefined
          ? this.#lifelines.ofProcess(process, null)
          : this.#lifelines.ofEnd(host, socket, event);
      told.push({
        lifeline: this.#seen(lifeline),
        at: momentOf(happening),
        from,
        to,
        socket: socketText(socket),
      });
    }
    return told;
  }

  queues(shown: Conversation | null): SequenceQueues[] {
    const told: SequenceQueues[] = [];
    const lengths = new Map<string, { syn: number; accept: number; backlog: number }>();
    for (const happening of this.#queues) {
      const { host, event, socket } = happening;
      const key = `${host} ${socketText(socket)}`;
      if (happening.kind === 'queues') {
        const { syn, accept, backlog } = happening;
        lengths.set(key, { syn, accept, backlog });
      }
      if (shown !== null && !isAbout(socket, shown)) continue;
      told.push({
        lifeline: this.#seen(this.#lifelines.ofEnd(host, socket, event)),
        at: momentOf(happening),
        socket: socketText(socket),
        ...(lengths.get(key) ?? { syn: 0, accept: 0, backlog: 0 }),
        ...(happening.kind === 'overflow' && { overflow: happening.queue }),
      });
    }
    return told;
  }

  #seen(lifeline: SequenceLifeline): string {
    this.#order.set(lifeline.id, lifeline);
    return lifeline.id;
  }

  /** The lifelines that something shown is on: those that begin conversations are on the left. */
  lifelinesOf(
    calls: readonly SequenceCall[],
    packets: readonly SequencePacket[],
    states: readonly SequenceState[],
    queues: readonly SequenceQueues[],
  ): SequenceLifeline[] {
    const used = new Set<string>();
    for (const { asks, askingHost } of this.conversations) {
      const { id } = this.#lifelines.ofEnd(askingHost, asks, Infinity);
      used.add(id);
    }
    const asking = [...used];
    const shown = new Set([
      ...packets.flatMap(({ from, to }) => [from, to]),
      ...[...calls, ...states, ...queues].map(({ lifeline }) => lifeline),
    ]);
    const ids = [...new Set([...asking, ...this.#order.keys()])].filter((id) => shown.has(id));
    return ids.map((id) => this.#order.get(id)!);
  }
}

/**
 * The socket of a state change. connect() changes the state before it has chosen a port, which its end knows;
 * the new socket of a connection does so before it has the peer's address, which is the packet's.
 */
function changedSocket({ happening: { socket, from, to }, call, handled }: StateChange): End {
  if (socket.port === 0) return call?.socket ?? socket;
  if (from === 'LISTEN' && to === 'SYN_RECV' && handled !== undefined)
    return otherEnd(sourceEnd(handled.sent.facts));
  return socket;
}

/** Whether what is done with a socket belongs to a conversation: its own sockets, its listener, or no socket. */
function isAbout(socket: End | null, { asks }: Conversation): boolean {
  if (socket === null) return true;
  const answers = otherEnd(asks);
  if (socket.protocol !== asks.protocol) return false;
  if (socket.port === 0) return true;
  if (socket.peerPort === 0) return socket.port === answers.port || socket.port === asks.port;
  return connectionId(socket) === connectionId(asks);
}

function flagsText(flags: readonly string[]): string {
  return flags.length === 0 ? 'no flags' : flags.join('-');
}
function numbersText(seq: number, ack: number | undefined): string {
  return ack === undefined ? `Seq=${seq}` : `Seq=${seq} Ack=${ack}`;
}
