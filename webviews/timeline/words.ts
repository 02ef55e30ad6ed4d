/** What a timeline says: a sentence for each thing that happened, and names of lanes. */
import { t } from '../language.ts';
import type {
  Moment,
  TimelineBar,
  TimelineLane,
  TimelineOutput,
  TimelinePacket,
} from '../../debug-adapter/protocol.ts';
import { durationText, timeText } from '../pictures/sequence/time.ts';
import type { Item } from './layout.ts';

/** `client [101]` */
export function laneName({ kind, name, pid }: TimelineLane): string {
  if (kind === 'outside') return t('Outside');
  return kind === 'kernel' ? t('Kernel') : `${name} [${pid}]`;
}
/** The host, where that says something. */
export function laneHost({ kind, host }: TimelineLane): string {
  return kind === 'outside' ? t('the host computer') : host === 'localhost' ? '' : host;
}

/** `t = 0.000 020 s, event 97` */
export function momentText({ timeNs, event }: Moment): string {
  return t('t = {0} s, event {1}', timeText(timeNs), event);
}

export function sentenceOf(item: Item, lanes: readonly TimelineLane[]): string {
  switch (item.kind) {
    case 'bar':
      return barSentence(item.bar, lanes);
    case 'packet':
      return packetSentence(item.packet, lanes);
    case 'output':
      return outputSentence(item.output, lanes);
    case 'bookmark':
      return t('Bookmark "{0}"', item.bookmark.name);
    case 'stop':
      return t('The machine stopped here');
  }
}

function barSentence(bar: TimelineBar, lanes: readonly TimelineLane[]): string {
  const { kind, count, name, from, to, result } = bar;
  const who = nameAt(lanes, bar.lane);
  const lasting = to === undefined ? t('until now') : durationText(to.timeNs - from.timeNs);
  if (count > 1)
    return kind === 'call'
      ? t('{0} makes {1} system calls ({2}) in {3}', who, count, name === '' ? '…' : `${name}()`, lasting)
      : t('{0} sleeps {1} times in {2}', who, count, lasting);
  if (kind === 'sleep') return t('{0} sleeps in {1}(): {2}', who, name, lasting);
  const call = `${name}(${bar.arguments ?? ''})${result === undefined ? '' : ` = ${result}`}`;
  return t('{0} calls {1}: {2}', who, call, lasting);
}

function packetSentence(packet: TimelinePacket, lanes: readonly TimelineLane[]): string {
  const { from, to, count, number, protocol, label, payload, fate } = packet;
  const way = `${nameAt(lanes, from)} → ${nameAt(lanes, to)}`;
  const bytes = payload === 1 ? t('{0} byte', payload) : t('{0} bytes', payload);
  const end = fate === 'delivered' ? '' : `, ${fateText(fate)}`;
  if (count > 1) return t('{0}: {1} packets, {2}{3}', way, count, bytes, end);
  const what = protocol === label || label === '' ? protocol : `${protocol} ${label}`;
  return t('{0}: packet {1}, {2}, {3}{4}', way, number, what, bytes, end);
}
function fateText(fate: TimelinePacket['fate']): string {
  switch (fate) {
    case 'lost':
      return t('lost on the way');
    case 'dropped':
      return t('dropped by the receiver');
    default:
      return t('on its way');
  }
}

function outputSentence({ lane, text, count }: TimelineOutput, lanes: readonly TimelineLane[]): string {
  const who = nameAt(lanes, lane);
  return count === 1
    ? t('{0} writes "{1}"', who, text)
    : t('{0} writes {1} lines, first "{2}"', who, count, text);
}

function nameAt(lanes: readonly TimelineLane[], index: number): string {
  const lane = lanes[index];
  return lane === undefined ? '' : laneName(lane);
}
