/** The packets and events that led to a failure, in short: one line each. */
import { dissectFirst } from '../packets/dissectors/all.ts';
import { Trackers } from '../packets/tracking/trackers.ts';
import { told } from '../packets/tree/packet.ts';
import type { Happening } from './story.ts';
import type { Failure } from './trial.ts';

/** How many lines before the failure are shown. */
const SHOWN = 24;

export function storyLines(happenings: readonly Happening[], { event }: Failure): string[] {
  const texts = new Map<Happening, string>();
  const trackers = new Trackers();
  let number = 0;
  for (const happening of happenings)
    texts.set(
      happening,
      happening.kind === 'text' ? happening.text : packetText(happening, ++number, trackers),
    );
  // What a fault has hit led to the failure, however long ago.
  const led = happenings.filter((one) => one.event <= event);
  const shown = led.filter((one, at) => at >= led.length - SHOWN || isHit(one));
  const lines: string[] = [];
  for (const [at, one] of shown.entries()) {
    const gap = led.indexOf(one) - (at === 0 ? -1 : led.indexOf(shown[at - 1]!)) - 1;
    if (gap > 0) lines.push(`            … ${gap} more`);
    const who = one.kind === 'text' ? one.who : `${one.link} #${one.number}`;
    lines.push(`${(one.timeNs / 1e9).toFixed(6).padStart(11)}  ${who}: ${texts.get(one)}`);
  }
  return lines;
}

function isHit(happening: Happening): boolean {
  return happening.kind === 'packet' && happening.fate !== undefined;
}

function packetText(packet: Happening & { kind: 'packet' }, number: number, trackers: Trackers): string {
  const { link, bytes, length, timeNs, fate } = packet;
  const { columns } = dissectFirst({ number, timeNs, interface: link, bytes, length }, trackers);
  const text = `${told(columns.source)} → ${told(columns.destination)}  ${told(columns.protocol)}  ${told(columns.info)}`;
  return fate === undefined ? text : `${text}   ◀ ${fate}`;
}
