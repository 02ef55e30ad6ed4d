/** All dissectors: a frame decoded from outside to inside, and every field that a filter can name. */
import type { Context } from '../context.ts';
import type { CapturedFrame } from '../frame.ts';
import type { Field } from '../tree/field.ts';
import { ENGINE_FIELDS, Packet } from '../tree/packet.ts';
import { DATA_FIELDS } from './data.ts';
import { dissectEthernet, ETHERNET_FIELDS, type ByEtherType } from './ethernet.ts';
import { dissectFrame, FRAME_FIELDS } from './frame.ts';

const BY_ETHER_TYPE: ByEtherType = {};

/** By their names. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  [...ENGINE_FIELDS, ...FRAME_FIELDS, ...ETHERNET_FIELDS, ...DATA_FIELDS].map((field) => [field.name, field]),
);

/** Never throws, whatever the bytes are: what cannot be decoded is told in the packet. */
export function dissectPacket(frame: CapturedFrame, context: Context = {}): Packet {
  const packet = new Packet(frame, context);
  const { bytes } = packet;
  dissectFrame(packet, () =>
    packet.attempt('Ethernet', bytes, () => dissectEthernet(packet, bytes, BY_ETHER_TYPE)),
  );
  return packet;
}
