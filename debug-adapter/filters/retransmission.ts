/** Retransmission: a segment or a SYN-ACK is sent again. `port == 8080`, `synack`. */
import { message } from '../../language/message.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { endpointsOf, incomingEndpoints } from '../inspect/presenters/sock.ts';
import { ConditionParser, type Fields } from './condition.ts';
import { filterOn } from './filter.ts';
import { socketFields } from './socketFields.ts';

type Hit = TraceHit<'tcp:tcp_retransmit_skb' | 'tcp:tcp_retransmit_synack'>;
/** The endpoints of a SYN-ACK are in its request. */
function endsOf(hit: Hit): sock_common {
  return hit.name === 'tcp:tcp_retransmit_synack' ? hit.args[1] : hit.args[0];
}
const FIELDS: Fields<Hit> = {
  ...socketFields(endsOf),
  synack: { kind: 'flag', get: (hit) => hit.name === 'tcp:tcp_retransmit_synack' },
};

export const retransmissionFilter = filterOn({
  id: 'retransmission',
  tracepoints: ['tcp:tcp_retransmit_skb', 'tcp:tcp_retransmit_synack'],
  compile: (text) => {
    const example = message('Write for example port == 8080, synack, or raddr == 10.0.0.2.');
    const matches = text.trim() === '' ? () => true : new ConditionParser(text, FIELDS, example).parse();
    return (hit) => {
      if (!matches(hit)) return undefined;
      const ends = endsOf(hit);
      if (hit.name === 'tcp:tcp_retransmit_synack') {
        return {
          label: message('SYN-ACK again'),
          description: message('retransmission of the SYN-ACK of {0}', incomingEndpoints(ends)),
        };
      }
      const [, packet] = hit.args;
      const description = message('retransmission on {0}', endpointsOf(ends));
      return { label: message('retransmission'), description, packet };
    };
  },
});
