/** Retransmission: a segment or a SYN-ACK is sent again. `port == 8080`, `synack`. */
import { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { endpointsOf, incomingEndpoints } from '../inspect/presenters/sock.ts';
import { ConditionParser, type Fields } from './condition.ts';
import type { Filter } from './filter.ts';
import { socketFields } from './socketFields.ts';

const isSynAck = (hit: TraceHit) => hit.name === 'tcp:tcp_retransmit_synack';
/** A SYN-ACK's ends stand in its request. */
const endsOf = (hit: TraceHit) => (isSynAck(hit) ? (hit.args[1] as request_sock) : (hit.args[0] as sock));
const FIELDS: Fields<TraceHit> = {
  ...socketFields<TraceHit>(endsOf),
  synack: { kind: 'flag', get: isSynAck },
};

export const retransmissionFilter: Filter = {
  id: 'retransmission',
  label: 'Retransmission',
  description: 'Stop when TCP sends something again.',
  placeholder: 'port == 8080, or synack',
  tracepoints: ['tcp:tcp_retransmit_skb', 'tcp:tcp_retransmit_synack'],
  compile: (text) => {
    const example = 'Write for example port == 8080, synack, or raddr == 10.0.0.2.';
    const matches = text.trim() === '' ? () => true : new ConditionParser(text, FIELDS, example).parse();
    return (hit) => {
      if (!matches(hit)) return undefined;
      const ends = endsOf(hit);
      return isSynAck(hit)
        ? {
            label: 'SYN-ACK again',
            description: `retransmission of the SYN-ACK of ${incomingEndpoints(ends)}`,
          }
        : { label: 'retransmission', description: `retransmission on ${endpointsOf(ends)}` };
    };
  },
};
