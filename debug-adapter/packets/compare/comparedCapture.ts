/** One of the captures that are compared: a few numbers of each packet, which say whether two are the same. */
import { dissectPacket, FIELDS } from '../dissectors/all.ts';
import { FIN, RST, SYN } from '../dissectors/tcpFlags.ts';
import { Column } from '../kept/column.ts';
import type { PacketStore } from '../packetStore.ts';
import type { Packet } from '../tree/packet.ts';
import { ASPECTS } from './aspects.ts';
import { comparablesOf, type Comparable } from './comparables.ts';
import { Conversations, type Conversation } from './conversations.ts';
import type { Aspect } from './data.ts';
import { mix, mixText, mixValue, NOTHING } from './hash.ts';

/** Says how alike two packets are, from all that counts down to who has sent them. */
export type Likeness = 'whole' | 'role' | 'kind' | 'sender';

export class ComparedCapture {
  readonly store: PacketStore;
  /** Packets that are compared: the first ones of the store. */
  readonly count: number;
  private readonly cutAt: number;
  private readonly grouped = new Conversations();
  /** What always counts. */
  private readonly core = new Column(Uint32Array);
  private readonly byAspect = new Map(ASPECTS.map((aspect) => [aspect, new Column(Uint32Array)]));
  /** The sender, the place in the stream and the flags. */
  private readonly roles = new Column(Uint32Array);
  /** The sender, and whether it opens or closes. */
  private readonly kinds = new Column(Uint32Array);
  private readonly senders = new Column(Uint8Array);
  /** One more than the port; 0 without one. */
  private readonly clientPorts = new Column(Uint32Array);
  private looked = 0;

  /**
   * @param most packets that are compared
   * @param cutAt bytes of each packet that are compared
   */
  constructor(store: PacketStore, most: number, cutAt: number) {
    this.store = store;
    this.count = Math.min(most, store.total);
    this.cutAt = cutAt;
  }

  get conversations(): readonly Conversation[] {
    return this.grouped.all;
  }

  /** How many packets are looked at. */
  get done(): number {
    return this.looked;
  }

  /** Looks at so many more packets. */
  look(packets: number): void {
    const end = Math.min(this.count, this.looked + packets);
    for (; this.looked < end; this.looked++) this.keep(this.looked);
  }

  /** What is compared of a packet, by its index. */
  comparables(index: number): Comparable[] {
    const port = this.clientPorts.get(index);
    return comparablesOf(this.packet(index), port === 0 ? undefined : port - 1);
  }

  /** Packets with equal keys are equally alike. @param ignored does not count for the whole */
  key(index: number, likeness: Likeness, ignored: ReadonlySet<Aspect>): number {
    switch (likeness) {
      case 'whole': {
        let key = this.core.get(index);
        for (const [aspect, column] of this.byAspect)
          if (!ignored.has(aspect)) key = mix(key, column.get(index));
        return key >>> 0;
      }
      case 'role':
        return this.roles.get(index);
      case 'kind':
        return this.kinds.get(index);
      case 'sender':
        return this.senders.get(index);
    }
  }

  private keep(index: number): void {
    const packet = this.packet(index);
    const { conversation, isFromClient } = this.grouped.add(packet, index);
    const { clientPort } = conversation;
    const sender = Number(isFromClient);
    this.senders.set(index, sender);
    if (clientPort !== undefined) this.clientPorts.set(index, clientPort + 1);
    let core = mix(NOTHING, sender);
    for (const { field, value, aspect } of comparablesOf(packet, clientPort)) {
      const column = aspect && this.byAspect.get(aspect);
      const hash = mixValue(mixText(column ? column.get(index) : core, field.name), value) >>> 0;
      if (column) column.set(index, hash);
      else core = hash;
    }
    this.core.set(index, core >>> 0);
    const flags = valueOf(packet, 'tcp.flags') ?? 0;
    const place = [flags, valueOf(packet, 'tcp.seq') ?? 0, valueOf(packet, 'tcp.len') ?? packet.frame.length];
    this.kinds.set(index, mix(mix(NOTHING, sender), flags & (SYN | FIN | RST)) >>> 0);
    this.roles.set(index, place.reduce(mix, mix(NOTHING, sender)) >>> 0);
  }

  /** Decoded as far as it is compared. */
  private packet(index: number): Packet {
    const packet = this.store.dissected(index + 1);
    const { frame, context } = packet;
    if (frame.bytes.length <= this.cutAt) return packet;
    const { number, timeNs, length, interface: name, linkType } = frame;
    const bytes = frame.bytes.subarray(0, this.cutAt);
    return dissectPacket(
      { number, timeNs, bytes, length, interface: name, ...(linkType !== undefined && { linkType }) },
      context,
    );
  }
}

function valueOf(packet: Packet, name: string): number | undefined {
  return packet.items(FIELDS.get(name)!)[0]?.value as number | undefined;
}
