/** The TCP connections that were recorded, each with the samples of its ends. */
import type { Happening, HappeningOf } from '../sequence/happening.ts';
import { Conversations, isFrom, numbered, type Conversation } from '../sequence/conversations.ts';
import { addressText, connectionId, otherEnd, sourceEnd, type End } from '../sequence/ends.ts';
import { Owners } from '../sequence/owners.ts';
import { SOCKET_FIELDS } from '../recording/sampleLayout.ts';
import type { GraphSide } from './data.ts';
import { SocketPoint } from './lines.ts';
import type { Sample, SocketSample } from './sample.ts';
import type { Timed } from './throughput.ts';

const SND_UNA = SOCKET_FIELDS.indexOf('snd_una');

/** A segment of one side, with its numbers as they are in its header. */
export interface SentSegment {
  happening: HappeningOf<'sent'>;
  side: GraphSide;
  isRepeated: boolean;
}

export class Connection {
  readonly conversation: Conversation;
  readonly segments: SentSegment[] = [];
  readonly samples: Record<GraphSide, SocketSample[]> = { asks: [], answers: [] };

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  get id(): string {
    return this.conversation.id;
  }
  end(side: GraphSide): End {
    const { asks } = this.conversation;
    return side === 'asks' ? asks : otherEnd(asks);
  }
  host(side: GraphSide): string {
    const { askingHost, answeringHost } = this.conversation;
    return this.samples[side][0]?.host ?? (side === 'asks' ? askingHost : answeringHost);
  }
  /** The sides of which there are samples. */
  get sides(): GraphSide[] {
    return (['asks', 'answers'] as const).filter((side) => this.samples[side].length > 0);
  }
  /** The side that has sent more, among those of which there are samples. */
  get busier(): GraphSide | undefined {
    const sent = (side: GraphSide) =>
      this.segments.reduce((sum, one) => sum + (one.side === side ? one.happening.facts.payload : 0), 0);
    const [first, second] = this.sides;
    return second !== undefined && sent(second) > sent(first!) ? second : first;
  }

  /** The number with which a side begins: that of its SYN, or else of the first that is known of it. */
  begin(side: GraphSide): number {
    const own = this.segments.find((segment) => segment.side === side)?.happening.facts.tcp;
    const sampled = this.samples[side][0]?.values[SND_UNA];
    if (own === undefined) return sampled ?? 0;
    if (own.flags.includes('SYN') || sampled === undefined) return own.seq | 0;
    return ((sampled - own.seq) | 0) < 0 ? sampled : own.seq | 0;
  }

  /** The samples of a side, up to a time and from one on: with the last before it, whose values hold then. */
  points(side: GraphSide, fromNs: number, toNs: number): Timed[] {
    const sends = this.begin(side);
    const receives = this.begin(side === 'asks' ? 'answers' : 'asks');
    return within(this.samples[side], fromNs, toNs).map((sample) => ({
      at: sample,
      point: new SocketPoint(sample, sends, receives),
    }));
  }
}

/** What happened in a window, and the last before it. */
export function within<One extends { timeNs: number }>(
  all: readonly One[],
  fromNs: number,
  toNs: number,
): One[] {
  const before = all.findLastIndex(({ timeNs }) => timeNs < fromNs);
  return all.slice(Math.max(0, before)).filter(({ timeNs }) => timeNs <= toNs);
}

export class Connections {
  readonly all: Connection[] = [];
  readonly #owners: Owners;

  constructor(happenings: readonly Happening[], samples: readonly Sample[]) {
    this.#owners = new Owners(happenings);
    const byId = new Map<string, Connection>();
    const conversations = new Conversations();
    for (const happening of happenings) {
      if (happening.kind !== 'sent' || happening.facts.protocol !== 'TCP') continue;
      const receiver = this.#owners.receiverOf(happening.frame, happening.facts.destination);
      const conversation = conversations.of(happening, receiver);
      let connection = byId.get(conversation.id);
      // The ports of an earlier connection serve a new one.
      if (connection?.conversation !== conversation) {
        connection = new Connection(conversation);
        byId.set(conversation.id, connection);
      }
      const numbers = numbered(conversation, happening);
      const side = isFrom(conversation, sourceEnd(happening.facts)) ? 'asks' : 'answers';
      connection.segments.push({ happening, side, isRepeated: numbers?.isRepeated === true });
    }
    for (const sample of samples) if (sample.kind === 'socket') this.#sample(sample, byId);
    this.all.push(...byId.values());
  }

  #sample(sample: SocketSample, byId: ReadonlyMap<string, Connection>): void {
    const connection = byId.get(connectionId(sample.socket));
    if (connection === undefined) return;
    const begins = connection.segments[0]!.happening.event;
    const side = isFrom(connection.conversation, sample.socket) ? 'asks' : 'answers';
    const isEarlier =
      sample.event < begins && connection.segments[0]!.happening.facts.tcp!.flags.join() === 'SYN';
    // A sample of an earlier connection of the same ports.
    if (!isEarlier) connection.samples[side].push(sample);
  }

  /** `client 127.0.0.1:40312` */
  labelOf(connection: Connection, side: GraphSide): string {
    const end = connection.end(side);
    const process = this.#owners.ownerOf(connection.host(side), end, Infinity);
    const address = addressText(end.address, end.port);
    return process === undefined ? address : `${process.name} ${address}`;
  }
}
