/** TCP state transition: `SYN_RECV -> ESTABLISHED`, `-> CLOSE_WAIT && port == 8080`, `* -> CLOSE`. */
import { message } from '../../language/message.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import { sock, type sock_common } from '../../stack/include/net/sock.ts';
import { IPPROTO_TCP } from '../../stack/include/uapi/linux/in.ts';
import { tcpStates } from '../inspect/names.ts';
import { endpointsOf, incomingEndpoints } from '../inspect/presenters/sock.ts';
import { shortEndpoints, shortIncoming } from '../inspect/short.ts';
import type { TraceHit } from '../../stack/trace/tracer.ts';
import { ConditionParser, type Condition, type Fields } from './condition.ts';
import { filterOn, type Sentence } from './filter.ts';
import { socketFields } from './socketFields.ts';

const EXAMPLE = message(
  'Write for example SYN_RECV -> ESTABLISHED, -> CLOSE_WAIT && port == 8080, * -> CLOSE, SYN_SENT -> ESTABLISHED || FIN_WAIT1 -> FIN_WAIT2, or port == 8080 alone.',
);

type Hit = TraceHit<'sock:inet_sock_set_state'>;
const stateWords = tcpStates.names.map((name) => name.slice('TCP_'.length));

const FIELDS: Fields<Hit> = {
  ...socketFields(({ args: [sk] }) => sk),
  from: { kind: 'word', words: stateWords, get: ({ args: [, from] }) => tcpStates.short(from) },
  to: { kind: 'word', words: stateWords, get: ({ args: [, , to] }) => tcpStates.short(to) },
};

function isArrow(text: string | undefined): boolean {
  return text === '->' || text === '→';
}

/** A state, or undefined for any. */
function parseState(parser: ConditionParser<Hit>): number | undefined {
  if (parser.take('*')) return undefined;
  const token = parser.next();
  const state = token === undefined ? undefined : tcpStates.number(token.text);
  if (state === undefined) parser.fail(message('Expected * or a state ({0})', stateWords.join(', ')), 1);
  return state;
}

/** What may follow a state that was left out. */
const AFTER_ARROW = new Set([undefined, '&&', '||', ')']);

/** `SYN_RECV -> ESTABLISHED`, `-> CLOSE_WAIT` */
function parseArrow(parser: ConditionParser<Hit>): Condition<Hit> | undefined {
  if (!isArrow(parser.peek()) && !isArrow(parser.peek(1))) return undefined;
  const from = isArrow(parser.peek()) ? undefined : parseState(parser);
  parser.next();
  const to = AFTER_ARROW.has(parser.peek()) ? undefined : parseState(parser);
  return ({ args: [, oldState, newState] }) =>
    (from === undefined || from === oldState) && (to === undefined || to === newState);
}

function parse(text: string): Condition<Hit> {
  const parser = new ConditionParser<Hit>(text, FIELDS, EXAMPLE, parseArrow);
  return parser.done ? () => true : parser.parse();
}

/** UDP and raw sockets use the same states with another meaning. */
function isTcp(sk: sock_common): boolean {
  return !(sk instanceof sock) || sk.sk_protocol === IPPROTO_TCP;
}

/** `transition SYN_RECV → ESTABLISHED of 127.0.0.1:8080 ← 127.0.0.1:40312` */
export function describeTransition(sk: sock_common, from: number, to: number): Sentence {
  const passive = sk instanceof request_sock || tcpStates.short(from) === 'SYN_RECV';
  const states = `${tcpStates.short(from)} → ${tcpStates.short(to)}`;
  return {
    label: message('{0} of {1}', states, passive ? shortIncoming(sk) : shortEndpoints(sk)),
    description: message('transition {0} of {1}', states, passive ? incomingEndpoints(sk) : endpointsOf(sk)),
  };
}

export const transitionFilter = filterOn({
  id: 'transition',
  tracepoints: ['sock:inet_sock_set_state'],
  compile: (text) => {
    const matches = parse(text);
    return (hit) => {
      const [sk, from, to] = hit.args;
      return isTcp(sk) && matches(hit) ? describeTransition(sk, from, to) : undefined;
    };
  },
});
