/**
 * What of a packet is compared: the values in its headers, and the bytes behind the last of them. What is computed, or
 * put together from several packets, is left out: a packet is not another one because the one before it is.
 */
import type { Field, FieldValue } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { Packet } from '../tree/packet.ts';
import type { Aspect } from './data.ts';
import { aspectOf } from './aspects.ts';

export interface Comparable {
  readonly field: Field;
  readonly value: FieldValue;
  /** Undefined if it always counts. */
  readonly aspect: Aspect | undefined;
  /** The line that shows it; the payload has none. */
  readonly item?: Item;
}

/** The frame's own lines tell of the capture, and these of the file. */
const ABOUT_CAPTURE = new Set(['frame', 'pkt_comment']);
/** Everything before one of these is the link layer. */
const NETWORK = new Set(['ip', 'ipv6', 'arp']);
/** What TCP carries is taken apart with the help of earlier packets: here it is bytes. */
const STREAM = 'tcp';
/** The bytes behind a header, which are taken where the last header ends. */
const PAYLOAD_FIELDS = new Set(['tcp.payload', 'udp.payload', 'tcp.segment_data']);
const PAYLOADS: Readonly<Record<string, readonly [string, string]>> = {
  tcp: ['tcp.payload', 'TCP payload'],
  udp: ['udp.payload', 'UDP payload'],
};

/** @param clientPort of the packet's conversation, if it has one */
export function comparablesOf(packet: Packet, clientPort: number | undefined): Comparable[] {
  const found: Comparable[] = [];
  const [frame] = packet.sources;
  const layers = packet.layers.filter(
    ({ field, source, isGenerated }) => !isGenerated && source === frame && !ABOUT_CAPTURE.has(field.name),
  );
  const network = layers.findIndex(({ field }) => NETWORK.has(field.name));
  for (const [at, layer] of layers.entries()) {
    const link: Aspect | undefined = at < network ? 'link' : undefined;
    collect(layer, (item) => {
      const aspect = link ?? aspectOf(item.field, item.value, clientPort);
      found.push({ field: item.field, value: item.value, aspect, item });
    });
    if (layer.field.name !== STREAM && at < layers.length - 1) continue;
    const payload = layer.source.bytes.subarray(layer.offset + layer.length, layer.end);
    if (payload.length > 0)
      found.push({ field: payloadField(layer.field), value: payload, aspect: undefined });
    break;
  }
  return found;
}

/** The lines of a layer that say something of their own. */
function collect({ children, source }: Item, give: (item: Item) => void): void {
  for (const item of children) {
    if (item.isGenerated || item.isHidden || item.source !== source) continue;
    if (hasOwnValue(item)) give(item);
    if (item.children.length > 0) collect(item, give);
  }
}

/** Bytes with lines below are told by those. */
function hasOwnValue({ field: { name, type }, children }: Item): boolean {
  if (name === '' || PAYLOAD_FIELDS.has(name) || type === 'none' || type === 'protocol') return false;
  return type !== 'bytes' || children.length === 0;
}

function payloadField({ name: layer }: Field): Field {
  const [name, title] = PAYLOADS[layer] ?? ['data.data', 'Data'];
  return { name, title, type: 'bytes' };
}
