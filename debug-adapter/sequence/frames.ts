/** Frames on their way: from the NIC that sends to the stack that takes, or to where they end. */
import type { Moment, PacketFate } from '../protocol.ts';
import { momentOf } from './calls.ts';
import type { Conversation, Numbered } from './conversations.ts';
import type { Happening, HappeningOf } from './happening.ts';

export interface Frame {
  sent: HappeningOf<'sent'>;
  conversation: Conversation;
  numbered: Numbered | null;
  stored: Moment | undefined;
  arrived: Moment | undefined;
  /** The receiving interface and its host. */
  receiver: { host: string; name: string } | undefined;
  /** It has left the world. */
  isGone: boolean;
  fate: PacketFate;
  reason: string | undefined;
  isDuplicate: boolean;
}

export class Frames {
  /** In the order of sending. */
  readonly all: Frame[] = [];
  /** By host. */
  readonly #handled = new Map<string, Frame>();
  /** By number: the copies that the wire has delivered, in order. */
  readonly #byNumber = new Map<number, Frame[]>();

  send(sent: HappeningOf<'sent'>, conversation: Conversation, numbers: Numbered | null): void {
    const frame: Frame = {
      sent,
      conversation,
      numbered: numbers,
      stored: undefined,
      arrived: undefined,
      receiver: undefined,
      isGone: false,
      fate: 'in flight',
      reason: undefined,
      isDuplicate: false,
    };
    this.all.push(frame);
    this.#byNumber.set(sent.frame, [frame]);
  }

  add(happening: Happening): void {
    switch (happening.kind) {
      case 'arrived': {
        const frame = this.#nextCopy(happening.frame);
        if (frame === undefined) return;
        frame.stored = momentOf(happening);
        frame.receiver = { host: happening.host, name: happening.interface };
        frame.isGone = happening.isOutside;
        if (frame.isGone) this.#take(frame, happening);
        return;
      }
      case 'taken': {
        const frame = this.#copies(happening.frame).find(({ arrived }) => arrived === undefined);
        if (frame === undefined) return;
        this.#take(frame, happening);
        this.#handled.set(happening.host, frame);
        return;
      }
      case 'lost':
        return this.#end(this.#copies(happening.frame).at(-1), 'lost', happening.reason);
      case 'dropped':
        return this.#end(this.#copies(happening.frame).at(-1), 'dropped', happening.reason);
      default:
    }
  }

  /** The frame that a host's stack has taken last. */
  handled(host: string): Frame | undefined {
    return this.#handled.get(host);
  }

  #copies(number: number): Frame[] {
    return this.#byNumber.get(number) ?? [];
  }
  /** The frame as it arrives: a wire that duplicates delivers it again. */
  #nextCopy(number: number): Frame | undefined {
    const copies = this.#copies(number);
    const last = copies.at(-1);
    if (last?.stored === undefined) return last;
    const copy: Frame = { ...last, stored: undefined, arrived: undefined, isDuplicate: true };
    copies.push(copy);
    this.all.push(copy);
    return copy;
  }
  #take(frame: Frame, moment: Moment): void {
    frame.arrived = momentOf(moment);
    frame.fate = 'delivered';
  }
  #end(frame: Frame | undefined, fate: PacketFate, reason: string): void {
    if (frame === undefined) return;
    frame.fate = fate;
    frame.reason = reason;
  }
}
