/** A world's packets as an adapter has them, without its thread: written into the ring, read into a store. */
import assert from 'node:assert/strict';
import { english } from '../../../language/message.ts';
import { SKB_DROP_REASON_OTHERHOST } from '../../../stack/include/net/dropreason.ts';
import { RingWriter, createRing } from '../../../stack/trace/ring.ts';
import type { World } from '../../../stack/world/world.ts';
import { Streams } from '../../../debug-adapter/control/streams.ts';
import { PacketStacks } from '../../../debug-adapter/inspect/packetStacks.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { storyOf } from '../../../debug-adapter/packets/story.ts';
import type { PacketStory } from '../../../debug-adapter/protocol.ts';
import { NameWriter, createNameTable } from '../../../debug-adapter/recording/nameTable.ts';
import { whereAddressed } from '../../../debug-adapter/recording/passing.ts';
import { Records } from '../../../debug-adapter/worker/records.ts';
import { functionsOf, stackNow } from './stack.ts';

export class Captured {
  readonly store = new PacketStore();
  /** By number: the call stack with which a packet was sent, and the first one with which it was dropped. */
  readonly sentBy = new Map<number, string>();
  readonly droppedBy = new Map<number, string>();
  readonly #streams: Streams;

  constructor(world: World) {
    const [ring, table] = [createRing(1 << 22), createNameTable(1 << 16)];
    const records = new Records(new RingWriter(ring), world, new PacketStacks(world));
    records.tellCauses(new NameWriter(table));
    this.#streams = new Streams(ring, table, this.store);
    const before = world.capture;
    const sink = whereAddressed(world, records);
    world.capture = {
      sent: (frame, port) => {
        before?.sent(frame, port);
        this.sentBy.set(frame.number, stackNow());
        sink.sent(frame, port);
      },
      received: (frame, port) => {
        before?.received(frame, port);
        sink.received(frame, port);
      },
      lost: (frame, reason, ring) => {
        before?.lost(frame, reason, ring);
        this.droppedBy.set(frame.number, stackNow());
        sink.lost(frame, reason, ring);
      },
    };
    // A wire brings a frame to every host: those that it is not for drop it, too.
    const byOthers = new Set<number>();
    const dropped = (number: number): unknown =>
      number > 0 &&
      (!this.droppedBy.has(number) || byOthers.delete(number)) &&
      this.droppedBy.set(number, stackNow());
    world.tracer.on('skb:kfree_skb', ({ frame_number }, reason) => {
      const isOthers = reason === SKB_DROP_REASON_OTHERHOST;
      if (isOthers && this.droppedBy.has(frame_number)) return;
      dropped(frame_number);
      if (isOthers) byOthers.add(frame_number);
    });
    let arrived = 0;
    world.tracer.on('net:netif_receive_skb', ({ frame_number }) => (arrived = frame_number));
    world.tracer.on('sockscope:listen_request', (_sk, what) => {
      if (what === 'deferred' || what === 'reserved') dropped(arrived);
    });
    world.tracer.on('sockscope:queue_overflow', (_sk, _which, { frame_number }) => dropped(frame_number));
  }

  /** Call when the world has run. */
  read(): this {
    this.#streams.drain();
    return this;
  }

  /** The numbers of the packets that match. */
  find(filter: string): number[] {
    return this.store.matching(filter);
  }

  /**
   * The first packet that matches.
   *
   * @param by the function that has dropped it, or has called that one
   * @returns what is told of the drop, in one sentence
   */
  dropped(filter: string, by: string): string {
    const [number] = this.find(filter);
    assert.ok(number !== undefined, `${filter}\n${this.told()}`);
    const stack = this.droppedBy.get(number) ?? '';
    assert.ok(functionsOf(stack).includes(by), `not dropped in ${by}()\n${stack}\n${this.told()}`);
    return this.story(number).drop ?? '';
  }

  /** What is known of a packet. */
  story(number: number): PacketStory {
    return storyOf(this.store.dissected(number), english) ?? { truth: [], wrong: [] };
  }

  /** Everything, for a failure's message. */
  told(): string {
    const { rows } = this.store.rows(0, 200);
    return rows
      .map(({ number, time, info, fate, reason }) => {
        const { cause = '', drop, truth, wrong } = this.story(number);
        const said = [cause, drop, ...truth, ...wrong].filter((one) => one !== undefined);
        return `${number}  ${time}  ${info} [${fate} ${reason ?? ''}]\n      ${said.join('\n      ')}`;
      })
      .join('\n');
  }
}
