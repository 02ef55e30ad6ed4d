/** What the machine knows of a packet, in the reader's language, and the way back from a packet to what led to it. */
import type { Translate } from '../../language/message.ts';
import type { CauseChainResponse, CauseLink, PacketResponse, PacketStory } from '../protocol.ts';
import type { Cause } from './cause/cause.ts';
import { causeSentence, frameKind } from './cause/sentence.ts';
import type { CapturedFrame } from './frame.ts';
import type { PacketStore } from './packetStore.ts';
import { told, type Packet } from './tree/packet.ts';
import { dropSentence } from './truth/dropSentence.ts';
import { wrongGuesses } from './truth/guesses.ts';
import { truthSentences } from './truth/sentences.ts';

/** So many packets back are told at a time; a chain of ACKs and data goes on to the connection's beginning. */
const LONGEST_CHAIN = 50;

/** Throws as `PacketStore.packet` does. */
export function packetWithStory(store: PacketStore, number: number, t: Translate): PacketResponse {
  const story = storyOf(store.dissected(number), t);
  const packet = store.packet(number);
  return story ? { ...packet, story } : packet;
}

/** Undefined for a packet of which nothing is known. */
export function storyOf(packet: Packet, t: Translate): PacketStory | undefined {
  const { frame, context, columns } = packet;
  const { cause, drop, truth } = frame;
  if (!cause && !drop && !truth) return undefined;
  const causedBy = cause && causingPacket(cause);
  return {
    ...(cause && { cause: causeOf(frame, cause, t) }),
    ...(causedBy !== undefined && { causedBy }),
    ...(drop && { drop: dropSentence(drop, told(columns.destination), t) }),
    truth: truthSentences(frame, t),
    wrong: context.tcp ? wrongGuesses(context.tcp.analysis, frame, t) : [],
  };
}

/** Each packet with its cause, from this one back to what no packet has caused. Throws as `PacketStore.packet` does. */
export function causeChain(store: PacketStore, number: number, t: Translate): CauseChainResponse {
  const chain: CauseLink[] = [];
  const seen = new Set<number>();
  let at: number | undefined = number;
  while (at !== undefined && !seen.has(at) && chain.length < LONGEST_CHAIN) {
    seen.add(at);
    // A packet further back may have been let go.
    if (at !== number && !store.has(at)) return { chain };
    const { frame, columns } = store.dissected(at);
    const { cause } = frame;
    const packet: number | undefined = cause && causingPacket(cause);
    chain.push({
      number: at,
      info: told(columns.info),
      sentence: cause
        ? causeOf(frame, cause, t)
        : t('It came from outside: what has caused it is not known.'),
      ...(packet !== undefined && { packet }),
      ...(cause !== undefined && { event: cause.event }),
    });
    at = packet;
  }
  return { chain, ...(chain.length === LONGEST_CHAIN && at !== undefined && { next: at }) };
}

const causeOf = ({ bytes }: CapturedFrame, cause: Cause, t: Translate): string =>
  causeSentence(cause, frameKind(bytes), t);

/** The packet that has led to it; undefined: a system call or a timer has, by itself. */
export function causingPacket({ handled, about, lastPacket }: Cause): number | undefined {
  if (handled === 'packet') return about ?? lastPacket;
  return handled === 'timer' ? about : undefined;
}
