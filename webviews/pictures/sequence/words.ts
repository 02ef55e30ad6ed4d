/** What a sequence diagram says: labels beside its lines, and a sentence for each thing that happened. */
import type {
  SequenceCall,
  SequenceLifeline,
  SequencePacket,
  SequenceQueues,
  SequenceResponse,
} from '../../../debug-adapter/protocol.ts';
import { isShort, type Item } from './rows.ts';
import { durationText } from './time.ts';

/** `127.0.0.1:81`, `client [pid 101]` */
export function lifelineName({ kind, name, pid }: SequenceLifeline): string {
  return kind === 'process' ? `${name} [pid ${pid}]` : name;
}
/** The second line of a lifeline's head. */
export function lifelineAbout({ kind, host, addresses }: SequenceLifeline): string {
  if (kind === 'outside') return 'the host computer';
  if (kind === 'kernel') return `kernel of ${host || 'another host'}`;
  const where = host === 'localhost' || host === '' ? '' : ` on ${host}`;
  return `${addresses.join(', ')}${where}`.trim();
}

/** Names of lifelines, for sentences. */
export function namesOf({ lifelines }: SequenceResponse): (id: string) => string {
  const names = new Map(lifelines.map((lifeline) => [lifeline.id, lifeline.name]));
  return (id) => names.get(id) ?? id;
}

/** `connect(3, 127.0.0.1:8080)`, with its result if it has returned at once. */
export function callText(call: SequenceCall): string {
  return `${call.name}(${call.arguments})${isShort(call) ? resultText(call) : ''}`;
}
export function returnText(call: SequenceCall): string {
  return `${call.name}()${resultText(call)}`;
}
function resultText({ result }: SequenceCall): string {
  return result === undefined ? ' returns' : ` = ${result}`;
}

/** `SYN Seq=0`, `PSH-ACK Seq=1 Ack=1 7 bytes` */
export function packetText(packet: SequencePacket): string {
  const numbers = numbersText(packet);
  return numbers === '' ? packet.label : `${packet.label} ${numbers}`;
}
/** What follows a packet's label. */
export function numbersText(packet: SequencePacket): string {
  const { numbers, payload } = packet;
  const remarks = [
    numbers,
    payload === 0 ? '' : plural(payload, 'byte'),
    packet.isRepeated === true ? 'again' : '',
    packet.isDuplicate === true ? 'duplicate' : '',
    fateText(packet),
  ];
  return remarks.filter((text) => text !== '').join(' ');
}
function fateText({ fate, reason }: SequencePacket): string {
  if (fate === 'delivered') return '';
  if (fate === 'in flight') return '(on its way)';
  return reason === undefined || reason === fate ? `(${fate})` : `(${fate}: ${reason})`;
}

/** How wide a text of the drawing is, about, in pixels. */
export function textWidth(text: string): number {
  return text.length * 6.7;
}

/** The text beside a lifeline that has so much room. */
export function noteText(item: Item, room: number): string {
  switch (item.kind) {
    case 'call':
      return callText(item.call);
    case 'return':
      return returnText(item.call);
    case 'state':
      return item.state.to;
    case 'queues': {
      const { syn, accept, backlog, overflow } = item.queues;
      const text = queuesText(item.queues);
      const isShort = overflow === undefined && textWidth(text) > room - 20;
      return isShort ? `SYN ${syn} · accept ${accept} of ${backlog + 1}` : text;
    }
    default:
      return '';
  }
}

export function queuesText({ syn, accept, backlog, overflow }: SequenceQueues): string {
  if (overflow !== undefined) return `${overflow} queue full`;
  return `SYN queue ${syn} · accept queue ${accept} of ${backlog + 1}`;
}

/** What a packet of these flags is for, in plain words. */
const MEANINGS: Readonly<Record<string, string>> = {
  SYN: 'asks for a connection',
  'SYN-ACK': 'agrees, and asks in its turn',
  ACK: 'confirms what has arrived',
  'PSH-ACK': 'carries data',
  'FIN-ACK': 'no more data will follow',
  'FIN-PSH-ACK': 'carries the last data',
  RST: 'ends the connection at once',
  'RST-ACK': 'refuses, or ends the connection at once',
};
export function meaningOf({ label, payload }: SequencePacket): string {
  if (label === 'ACK' && payload > 0) return MEANINGS['PSH-ACK']!;
  return MEANINGS[label] ?? '';
}

/** What happened, as a sentence. */
export function sentenceOf(item: Item, nameOf: (id: string) => string): string {
  switch (item.kind) {
    case 'call':
      return `${nameOf(item.lifeline)} calls ${callText(item.call)}${sleepText(item.call)}.`;
    case 'return':
      return `${returnText(item.call)} in ${nameOf(item.lifeline)}, after ${durationText(item.at.timeNs - item.call.from.timeNs)}.`;
    case 'state':
      return `${item.state.socket} of ${nameOf(item.lifeline)}: ${item.state.from} → ${item.state.to}.`;
    case 'queues': {
      const { queues } = item;
      return `Listener ${queues.socket} of ${nameOf(item.lifeline)}: ${queuesText(queues)}.`;
    }
    case 'sent': {
      const { packet } = item;
      const meaning = meaningOf(packet);
      const end = endText(packet);
      return `Packet ${packet.number}, ${nameOf(packet.from)} → ${nameOf(packet.to)}: ${packetText(packet)}${meaning === '' ? '' : ` (${meaning})`}${end}.`;
    }
    case 'stored':
      return `Packet ${item.packet.number}, ${item.packet.label}, is stored in the receive ring of ${item.packet.receiver}.`;
    case 'arrived':
      return `Packet ${item.packet.number}, ${item.packet.label}, arrives at ${nameOf(item.packet.to)}.`;
  }
}
function sleepText({ sleeps, from, to }: SequenceCall): string {
  if (sleeps.length === 0) return '';
  const slept = sleeps.reduce((sum, sleep) => sum + ((sleep.to ?? sleep.from).timeNs - sleep.from.timeNs), 0);
  const isAsleep = to === undefined && sleeps.at(-1)!.to === undefined;
  return isAsleep
    ? `, and sleeps since ${durationText(sleeps.at(-1)!.from.timeNs - from.timeNs)}`
    : `, and sleeps ${durationText(slept)}`;
}
function endText({ sent, arrived, fate }: SequencePacket): string {
  return fate === 'delivered' && arrived !== undefined
    ? `, arrives after ${durationText(arrived.timeNs - sent.timeNs)}`
    : '';
}

export function plural(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;
}
