/** struct sk_buff, presented as its packet. */
import { sk_buff, sk_buff_head } from '../../../stack/include/linux/skbuff.ts';
import { skb_tree } from '../../../stack/include/linux/tcp.ts';
import { plural } from '../format.ts';
import { nodeOf, type Item } from '../item.ts';
import { flagsText, packetText, tcpHeaderOf } from '../packetText.ts';
import type { Presenter } from './presenter.ts';

export const presentSkb: Presenter<sk_buff> = {
  matches: (value): value is sk_buff => value instanceof sk_buff,
  summary: (skb, { sequences }) => `sk_buff ${packetText(skb, sequences)}`,
  extra: (skb, context) => {
    const items: Item[] = [];
    const th = tcpHeaderOf(skb);
    if (th !== undefined) {
      const fields = ['source', 'dest', 'seq', 'ack_seq', 'doff', 'flags', 'window', 'check', 'urg_ptr'];
      items.push({
        name: 'tcp_hdr(skb)',
        text: `${th.source} → ${th.dest} [${flagsText(th.flags)}]`,
        isComputed: true,
        node: nodeOf(() => fields.map((field) => context.field(th, field))),
      });
    }
    if (skb.data_len < skb.len)
      items.push(context.describe('linear data', skb.head.subarray(skb.data, skb.tail)));
    return items;
  },
};

/** The packets of a queue, first one first. */
export function packetsOf(queue: sk_buff_head | skb_tree): sk_buff[] {
  const packets: sk_buff[] = [];
  const first = queue instanceof skb_tree ? queue.first : queue.next;
  // Bounded, in case a queue that is being modified is temporarily circular.
  for (let skb = first; skb !== null && packets.length < 100_000; skb = skb.next) packets.push(skb);
  return packets;
}
export const presentSkbQueue: Presenter<sk_buff_head | skb_tree> = {
  matches: (value): value is sk_buff_head | skb_tree =>
    value instanceof sk_buff_head || value instanceof skb_tree,
  summary: (queue) => {
    const length = queue instanceof skb_tree ? queue.length : queue.qlen;
    return length === 0 ? 'empty' : plural(length, 'packet');
  },
  extra: (queue, context) => packetsOf(queue).map((skb, index) => context.describe(`[${index}]`, skb)),
};
