/** Queue overflow: a listener's SYN or accept queue is full, or a receive buffer. `accept`, `syn && port == 8080`. */
import { message, type Message } from '../../language/message.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { acceptQueueText, endpointsOf } from '../inspect/presenters/sock.ts';
import { ConditionParser, type Fields } from './condition.ts';
import { filterOn } from './filter.ts';
import { socketFields } from './socketFields.ts';

type Hit = TraceHit<'sockscope:queue_overflow' | 'sock:sock_rcvqueue_full' | 'udp:udp_fail_queue_rcv_skb'>;
function sockOf(hit: Hit): sock {
  return hit.name === 'udp:udp_fail_queue_rcv_skb' ? hit.args[1] : hit.args[0];
}
type Queue = 'accept' | 'syn' | 'receive';
function queueOf(hit: Hit): Queue {
  return hit.name === 'sockscope:queue_overflow' ? hit.args[1] : 'receive';
}
const queueIs = (queue: Queue) => ({ kind: 'flag' as const, get: (hit: Hit) => queueOf(hit) === queue });
const FIELDS: Fields<Hit> = {
  ...socketFields(sockOf),
  accept: queueIs('accept'),
  syn: queueIs('syn'),
  receive: queueIs('receive'),
};
const NAMES: Record<Queue, Message> = {
  accept: message('accept queue'),
  syn: message('SYN queue'),
  receive: message('receive buffer'),
};

export const queueOverflowFilter = filterOn({
  id: 'queueOverflow',
  tracepoints: ['sockscope:queue_overflow', 'sock:sock_rcvqueue_full', 'udp:udp_fail_queue_rcv_skb'],
  compile: (text) => {
    const example = message('Write for example accept, syn && port == 8080, or receive.');
    const matches = text.trim() === '' ? () => true : new ConditionParser(text, FIELDS, example).parse();
    return (hit) => {
      if (!matches(hit)) return undefined;
      const sk = sockOf(hit);
      const queue = queueOf(hit);
      const limit = queue === 'accept' ? ` (${acceptQueueText(sk)})` : '';
      const label = message('overflow of the {0}', NAMES[queue]);
      const packet = hit.name === 'sock:sock_rcvqueue_full' ? hit.args[1] : null;
      return { label, description: message('{0}{1} of {2}', label, limit, endpointsOf(sk)), packet };
    };
  },
});
