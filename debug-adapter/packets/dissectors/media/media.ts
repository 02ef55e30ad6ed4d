/** Bodies by their content types, as HTTP and its kin carry them. */
import { field, units, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { dissectData } from '../data.ts';
import { dissectForm, FORM_FIELDS } from './form.ts';
import { dissectJson, JSON_FIELDS } from './json.ts';
import { dissectTextLines, TEXT_LINES_FIELDS } from './textLines.ts';

const MEDIA = field('media', 'Media Type', 'protocol');
const TYPE = field('media.type', 'Media type', 'bytes');

export const MEDIA_FIELDS: readonly Field[] = [
  MEDIA,
  TYPE,
  ...FORM_FIELDS,
  ...JSON_FIELDS,
  ...TEXT_LINES_FIELDS,
];

const bytesUnit = units('byte');
const TEXTS = new Set([
  'text/plain',
  'text/richtext',
  'text/enriched',
  'text/parameters',
  'text/html',
  'text/css',
  'text/javascript',
  'application/javascript',
  'application/x-javascript',
]);

/**
 * @param contentType with its parameters
 * @param within the line that the body's layer belongs into, if it is no layer of the packet's
 * @returns whether a dissector knows the type
 */
export function dissectMedia(
  packet: Packet,
  bytes: PacketBytes,
  contentType: string,
  within: Item | null = null,
): boolean {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (TEXTS.has(type)) dissectTextLines(packet, bytes, type, within);
  else if (type === 'application/x-www-form-urlencoded') dissectForm(packet, bytes, type, within);
  else if (type === 'application/json') dissectJson(packet, bytes, type, within);
  else if (type === 'application/octet-stream') dissectData(packet, bytes, within);
  else {
    dissectUnknown(packet, bytes, type, within);
    return false;
  }
  return true;
}

function dissectUnknown(packet: Packet, bytes: PacketBytes, type: string, within: Item | null): void {
  const length = bytes.captured - bytes.begin;
  const layer = packet.layer(MEDIA, bytes, bytes.length, MEDIA.title, undefined, within);
  layer
    .read(TYPE, bytes, bytes.begin, length)
    .label(() => `Media type: ${type} (${length}${bytesUnit(length)})`);
  packet.appendInfo(() => ` (${type})`);
}
