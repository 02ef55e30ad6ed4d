/** Numbers UDP conversations and knows when they were active. */
import { conversationKey, type Ends } from './conversationKey.ts';

/** What a datagram's conversation says about it. */
export interface UdpFlow {
  readonly stream: number;
  readonly sinceFirstNs: number;
  readonly sinceLastNs: number;
}

interface Conversation {
  readonly stream: number;
  readonly firstNs: number;
  lastNs: number;
}

/** Maximum number of conversations; the oldest is discarded first, and starts again if it sends more. */
const MAX_CONVERSATIONS = 20_000;

export class UdpTracker {
  private readonly conversations = new Map<string, Conversation>();
  private streams = 0;

  /** @param isSilent the datagram belongs to the conversation, but times do not count from it to the next */
  add(ip: Ends, sourcePort: number, destinationPort: number, timeNs: number, isSilent: boolean): UdpFlow {
    const key = conversationKey(ip, sourcePort, destinationPort);
    const conversation = this.conversations.get(key) ?? this.open(key, timeNs);
    const flow = {
      stream: conversation.stream,
      sinceFirstNs: timeNs - conversation.firstNs,
      sinceLastNs: timeNs - conversation.lastNs,
    };
    if (!isSilent) conversation.lastNs = timeNs;
    return flow;
  }

  private open(key: string, timeNs: number): Conversation {
    if (this.conversations.size >= MAX_CONVERSATIONS) {
      const oldest = this.conversations.keys().next();
      if (!oldest.done) this.conversations.delete(oldest.value);
    }
    const conversation: Conversation = { stream: this.streams++, firstNs: timeNs, lastNs: timeNs };
    this.conversations.set(key, conversation);
    return conversation;
  }
}
