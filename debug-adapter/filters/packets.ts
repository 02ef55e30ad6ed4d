/** Packet sent, received and dropped: `syn && dport == 8080`, `reason == NO_SOCKET`. */
import { message, type Message } from '../../language/message.ts';
import { dropReasons } from '../inspect/names.ts';
import { packetText } from '../inspect/packetText.ts';
import { dropReason } from '../packets/truth/dropReason.ts';
import { isProcessed } from '../recording/processed.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { ConditionParser, type Condition, type Fields } from './condition.ts';
import { filterOn, type Sentence } from './filter.ts';
import { packetFields } from './packetFields.ts';

type DropHit = TraceHit<'skb:kfree_skb'>;
type Hit = TraceHit<'net:net_dev_start_xmit' | 'net:netif_receive_skb'> | DropHit;
const FIELDS = packetFields<Hit>(({ args: [skb] }) => skb);
const EXAMPLE = message('Write for example syn && dport == 8080, fin || rst, or len > 1000.');

const reasonWords = dropReasons.names.map((name) => name.slice('SKB_DROP_REASON_'.length));
const DROP_FIELDS: Fields<DropHit> = {
  ...FIELDS,
  reason: { kind: 'word', words: reasonWords, get: ({ args: [, reason] }) => dropReasons.short(reason) },
};

function compile<One extends Hit>(text: string, fields: Fields<One>, example: Message): Condition<One> {
  return text.trim() === '' ? () => true : new ConditionParser(text, fields, example).parse();
}
function sentence(label: Message, { args: [packet] }: Hit): Sentence {
  return { label, description: message('{0}: {1}', label, packetText(packet)), packet };
}

export const packetSentFilter = filterOn({
  id: 'packetSent',
  tracepoints: ['net:net_dev_start_xmit'],
  compile: (text) => {
    const matches = compile(text, FIELDS, EXAMPLE);
    return (hit) => (matches(hit) ? sentence(message('packet sent'), hit) : undefined);
  },
});
export const packetReceivedFilter = filterOn({
  id: 'packetReceived',
  tracepoints: ['net:netif_receive_skb'],
  compile: (text) => {
    const matches = compile(text, FIELDS, EXAMPLE);
    return (hit) => (matches(hit) ? sentence(message('packet received'), hit) : undefined);
  },
});
export const packetDroppedFilter = filterOn({
  id: 'packetDropped',
  tracepoints: ['skb:kfree_skb'],
  compile: (text) => {
    // A reason can be written alone, without `reason ==`.
    const word = text.trim().replace(/^SKB_DROP_REASON_/, '');
    const full = reasonWords.includes(word) ? `reason == ${word}` : text;
    const matches = compile(
      full,
      DROP_FIELDS,
      message('Write for example NO_SOCKET, reason == TCP_CSUM, or syn && dport == 8080.'),
    );
    return (hit) => {
      const [packet, reason, detail] = hit.args;
      if (isProcessed(reason, detail) || !matches(hit)) return undefined;
      const name = dropReasons.short(reason);
      const label = message('packet dropped ({0})', name);
      const wrong = dropReason(name, detail);
      return { label, description: message('{0}: {1} — {2}', label, packetText(packet), wrong), packet };
    };
  },
});
