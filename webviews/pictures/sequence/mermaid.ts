/** A sequence as Mermaid text (`sequenceDiagram`), which GitHub and others draw: for a bug report. */
import { t } from '../../language.ts';
import type { SequenceLifeline, SequencePacket, SequenceResponse } from '../../../debug-adapter/protocol.ts';
import { itemsOf, type Item } from './rows.ts';
import { durationText, timeText } from './time.ts';
import { callText, lifelineAbout, lifelineName, packetText, queuesText, returnText } from './words.ts';

/** A pause from which on it is worth a note. */
const PAUSE_NS = 100_000;

export function mermaid(sequence: SequenceResponse): string {
  const { lifelines } = sequence;
  const aliases = new Map(lifelines.map(({ id }, index) => [id, `P${index + 1}`]));
  const alias = (id: string) => aliases.get(id) ?? id;
  const lines = ['sequenceDiagram'];
  for (const lifeline of lifelines)
    lines.push(`  participant ${alias(lifeline.id)} as ${headText(lifeline)}`);
  const [first, last] = [lifelines[0], lifelines.at(-1)];
  let before: number | undefined;
  for (const item of itemsOf(sequence)) {
    const line = lineOf(item, alias);
    if (line === undefined) continue;
    const { timeNs } = item.at;
    if (before === undefined || timeNs - before >= PAUSE_NS) {
      const text =
        before === undefined ? `t = ${timeText(timeNs)} s` : t('{0} later', durationText(timeNs - before));
      lines.push(`  Note over ${alias(first!.id)}${last === first ? '' : `,${alias(last!.id)}`}: ${text}`);
    }
    before = timeNs;
    lines.push(`  ${line}`);
  }
  return `${lines.join('\n')}\n`;
}

function headText(lifeline: SequenceLifeline): string {
  const about = lifelineAbout(lifeline);
  return safe(about === '' ? lifelineName(lifeline) : `${lifelineName(lifeline)}<br/>${about}`);
}

/** Nothing for what is told at another place: an arrow is one line. */
function lineOf(item: Item, alias: (id: string) => string): string | undefined {
  const note = (text: string) => `Note right of ${alias(item.lifeline)}: ${safe(text)}`;
  switch (item.kind) {
    case 'call':
      return note(callText(item.call));
    case 'return':
      return note(returnText(item.call));
    case 'state':
      return note(`${item.state.from} → ${item.state.to}`);
    case 'queues':
      return note(queuesText(item.queues));
    case 'sent':
      return `${alias(item.packet.from)}${arrow(item.packet)}${alias(item.packet.to)}: ${safe(packetText(item.packet))}`;
    case 'sleep':
    case 'stored':
    case 'arrived':
      return undefined;
  }
}
function arrow({ fate }: SequencePacket): string {
  return fate === 'lost' || fate === 'dropped' ? '-x' : '->>';
}

/** A semicolon ends a statement, and a number sign begins an entity. */
function safe(text: string): string {
  return text.replace(/[#;]/g, (sign) => `#${sign.charCodeAt(0)};`).replaceAll('\n', ' ');
}
