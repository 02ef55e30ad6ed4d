/** The sequence's data, checked. */
import type {
  Moment,
  SequenceCall,
  SequenceConnection,
  SequenceData,
  SequenceLifeline,
  SequencePacket,
  SequenceQueues,
  SequenceState,
  WantedOf,
} from '../../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, type Shape } from '../../shape.ts';

export const moment = object<Moment>({ event: count, timeNs: count });

const lifeline = object<SequenceLifeline>({
  id: string,
  kind: oneOf('process', 'kernel', 'outside'),
  name: string,
  pid: optional(count),
  host: string,
  addresses: array(string),
});
const call = object<SequenceCall>({
  lifeline: string,
  pid: count,
  name: string,
  arguments: string,
  result: optional(string),
  from: moment,
  to: optional(moment),
  sleeps: array(object<{ from: Moment; to?: Moment }>({ from: moment, to: optional(moment) })),
});
const packet = object<SequencePacket>({
  number: count,
  from: string,
  to: string,
  protocol: string,
  label: string,
  numbers: string,
  payload: count,
  sent: moment,
  stored: optional(moment),
  arrived: optional(moment),
  fate: oneOf('lost', 'dropped', 'delivered', 'in flight'),
  reason: optional(string),
  isRepeated: optional(boolean),
  isDuplicate: optional(boolean),
  sender: string,
  receiver: optional(string),
});
const state = object<SequenceState>({
  lifeline: string,
  at: moment,
  from: string,
  to: string,
  socket: string,
});
const queues = object<SequenceQueues>({
  lifeline: string,
  at: moment,
  socket: string,
  syn: count,
  accept: count,
  backlog: count,
  overflow: optional(oneOf('accept', 'syn')),
});

export const sequenceData: Shape<SequenceData> = object<SequenceData>({
  picture: oneOf('sequence'),
  last: optional(moment),
  begins: optional(moment),
  leftOut: count,
  connections: array(object<SequenceConnection>({ id: string, label: string, packets: count })),
  lifelines: array(lifeline),
  calls: array(call),
  packets: array(packet),
  states: array(state),
  queues: array(queues),
  stop: optional(moment),
  isOver: optional(boolean),
});

export const sequenceArguments: Shape<WantedOf<'sequence'>> = object<WantedOf<'sequence'>>({
  picture: oneOf('sequence'),
  connection: optional(string),
  from: optional(count),
  to: optional(count),
  count: optional(count),
});
