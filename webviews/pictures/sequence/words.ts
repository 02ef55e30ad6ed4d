/** What a sequence diagram says: labels beside its lines, and a sentence for each thing that happened. */
import { widthInCharacters } from '../textWidth.ts';
import { t } from '../../language.ts';
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
  if (kind === 'outside') return t('the host computer');
  if (kind === 'kernel') return host === '' ? t('kernel of another host') : t('kernel of {0}', host);
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
  return result === undefined ? ` ${t('returns')}` : ` = ${result}`;
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
    payload === 0 ? '' : plural(payload, t('{0} byte'), t('{0} bytes')),
    packet.isRepeated === true ? t('again') : '',
    packet.isDuplicate === true ? t('duplicate') : '',
    fateText(packet),
  ];
  return remarks.filter((text) => text !== '').join(' ');
}
function fateText({ fate, reason }: SequencePacket): string {
  if (fate === 'delivered') return '';
  if (fate === 'in flight') return t('(on its way)');
  return reason === undefined || reason === fate ? `(${fateName(fate)})` : `(${fateName(fate)}: ${reason})`;
}

/** Beside the line at which the machine is stopped. */
export const STOP_TEXT = t('stopped here');

const fateName = (fate: 'lost' | 'dropped'): string => (fate === 'lost' ? t('lost') : t('dropped'));

/** How wide a text of the drawing is, about, in pixels. */
export function textWidth(text: string): number {
  return widthInCharacters(text) * 6.7;
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
      return isShort ? t('SYN {0} · accept {1} of {2}', syn, accept, backlog + 1) : text;
    }
    default:
      return '';
  }
}

export function queuesText({ syn, accept, backlog, overflow }: SequenceQueues): string {
  if (overflow !== undefined) return overflow === 'syn' ? t('SYN queue full') : t('accept queue full');
  return t('SYN queue {0} · accept queue {1} of {2}', syn, accept, backlog + 1);
}

/** What a packet of these flags is for, in plain words. */
const MEANINGS: Readonly<Record<string, string>> = {
  SYN: t('asks for a connection'),
  'SYN-ACK': t('agrees, and asks in its turn'),
  ACK: t('confirms what has arrived'),
  'PSH-ACK': t('carries data'),
  'FIN-ACK': t('no more data will follow'),
  'FIN-PSH-ACK': t('carries the last data'),
  RST: t('ends the connection at once'),
  'RST-ACK': t('refuses, or ends the connection at once'),
};
export function meaningOf({ label, payload }: SequencePacket): string {
  if (label === 'ACK' && payload > 0) return MEANINGS['PSH-ACK']!;
  return MEANINGS[label] ?? '';
}

/** What happened, as a sentence. */
export function sentenceOf(item: Item, nameOf: (id: string) => string): string {
  switch (item.kind) {
    case 'call':
      return t('{0} calls {1}{2}.', nameOf(item.lifeline), callText(item.call), sleepText(item.call));
    case 'return':
      return t(
        '{0} in {1}, after {2}.',
        returnText(item.call),
        nameOf(item.lifeline),
        durationText(item.at.timeNs - item.call.from.timeNs),
      );
    case 'sleep': {
      const { from, to } = item.sleep;
      const [name, where] = [nameOf(item.lifeline), item.call.name];
      return to === undefined
        ? t('{0} sleeps in {1}().', name, where)
        : t('{0} sleeps in {1}() for {2}.', name, where, durationText(to.timeNs - from.timeNs));
    }
    case 'state':
      return t(
        '{0} of {1}: {2} → {3}.',
        item.state.socket,
        nameOf(item.lifeline),
        item.state.from,
        item.state.to,
      );
    case 'queues': {
      const { queues } = item;
      return t('Listener {0} of {1}: {2}.', queues.socket, nameOf(item.lifeline), queuesText(queues));
    }
    case 'sent': {
      const { packet } = item;
      const meaning = meaningOf(packet);
      const end = endText(packet);
      const what = `${packetText(packet)}${meaning === '' ? '' : ` (${meaning})`}${end}`;
      return t('Packet {0}, {1} → {2}: {3}.', packet.number, nameOf(packet.from), nameOf(packet.to), what);
    }
    case 'stored':
      return t(
        'Packet {0}, {1}, is stored in the receive ring of {2}.',
        item.packet.number,
        item.packet.label,
        item.packet.receiver ?? '',
      );
    case 'arrived':
      return t(
        'Packet {0}, {1}, arrives at {2}.',
        item.packet.number,
        item.packet.label,
        nameOf(item.packet.to),
      );
  }
}
function sleepText({ sleeps, from, to }: SequenceCall): string {
  if (sleeps.length === 0) return '';
  const slept = sleeps.reduce((sum, sleep) => sum + ((sleep.to ?? sleep.from).timeNs - sleep.from.timeNs), 0);
  const isAsleep = to === undefined && sleeps.at(-1)!.to === undefined;
  return isAsleep
    ? t(', and sleeps since {0}', durationText(sleeps.at(-1)!.from.timeNs - from.timeNs))
    : t(', and sleeps {0}', durationText(slept));
}
function endText({ sent, arrived, fate }: SequencePacket): string {
  return fate === 'delivered' && arrived !== undefined
    ? t(', arrives after {0}', durationText(arrived.timeNs - sent.timeNs))
    : '';
}

/** @param many a text with `{0}`, as `one` */
export function plural(count: number, one: string, many: string): string {
  return (count === 1 ? one : many).replace('{0}', count.toLocaleString('en'));
}
