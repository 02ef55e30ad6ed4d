/** What IPv6 addresses hold besides a prefix: a MAC, or an IPv4 address of one of the ways from IPv4 to IPv6. */
import { field, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';

/** 2001::/32 (RFC 4380), 2002::/16 (RFC 3056), 64:ff9b::/96 (RFC 6052). */
const TEREDO = 0x20010000;
const SIX_TO_FOUR = 0x2002;
const TRANSLATED = [0x0064ff9b, 0, 0] as const;
/** An interface identifier of ISATAP (RFC 5214) begins with it, and perhaps one bit. */
const ISATAP = 0x00005efe;
const ISATAP_GLOBAL = 0x02005efe;
/** In the middle of an identifier that was made from a MAC (RFC 4291), whose bit for local addresses is reversed. */
const FROM_MAC = 0xfffe;
const LOCAL_BIT = 0x02;
const LOCAL_BIT_OF_MAC = 0x0200_0000_0000;

/** One thing that an address can hold: of the source, of the destination, of any of the two. */
function held(name: string, title: string, type: 'ipv4' | 'ether' | 'uint16') {
  return {
    src: field(`ipv6.src_${name}`, `Source ${title}`, type),
    dst: field(`ipv6.dst_${name}`, `Destination ${title}`, type),
    any: field(`ipv6.${name}`, title, type),
  };
}
const SLAAC_MAC = held('slaac_mac', 'SLAAC MAC', 'ether');
const ISATAP_IPV4 = held('isatap_ipv4', 'ISATAP IPv4', 'ipv4');
const GATEWAY_IPV4 = held('6to4_gw_ipv4', '6to4 Gateway IPv4', 'ipv4');
const SLA_ID = held('6to4_sla_id', '6to4 SLA ID', 'uint16');
const TEREDO_SERVER = held('ts_ipv4', 'Teredo Server IPv4', 'ipv4');
const TEREDO_PORT = held('tc_port', 'Teredo Port', 'uint16');
const TEREDO_CLIENT = held('tc_ipv4', 'Teredo Client IPv4', 'ipv4');
const EMBEDDED = held('embed_ipv4', 'Embedded IPv4', 'ipv4');
const EMBEDDED_PREFIX = field('ipv6.embed_ipv4_prefix', 'Embedded IPv4 Prefix', 'bytes');

export const IPV6_EMBEDDED_FIELDS: readonly Field[] = [
  SLAAC_MAC,
  ISATAP_IPV4,
  GATEWAY_IPV4,
  SLA_ID,
  TEREDO_SERVER,
  TEREDO_PORT,
  TEREDO_CLIENT,
  EMBEDDED,
]
  .flatMap((fields) => Object.values(fields))
  .concat(EMBEDDED_PREFIX);

type Found = readonly [fields: typeof SLAAC_MAC, at: number, length: number, value: number];

export function addEmbedded(layer: Item, bytes: PacketBytes, at: number, end: 'src' | 'dst'): void {
  const words = [0, 4, 8, 12].map((offset) => bytes.u32(at + offset)) as [number, number, number, number];
  const add = (found: readonly Found[]) => {
    for (const [fields, offset, length, value] of found)
      layer.add(fields[end], bytes, at + offset, length, value).generated();
    for (const [fields, offset, length, value] of found)
      layer
        .add(fields.any, bytes, at + offset, length, value)
        .generated()
        .hidden();
  };
  if (words[0] === TEREDO)
    add([
      [TEREDO_SERVER, 4, 4, words[1]],
      [TEREDO_PORT, 10, 2, ~words[2] & 0xffff],
      [TEREDO_CLIENT, 12, 4, ~words[3] >>> 0],
    ]);
  else if (words[0] >>> 16 === SIX_TO_FOUR)
    add([
      [GATEWAY_IPV4, 2, 4, bytes.u32(at + 2)],
      [SLA_ID, 6, 2, words[1] & 0xffff],
    ]);
  else if (TRANSLATED.every((word, index) => words[index] === word)) {
    layer.read(EMBEDDED_PREFIX, bytes, at, 12).generated();
    layer.read(EMBEDDED[end], bytes, at + 12, 4).generated();
    layer.read(EMBEDDED.any, bytes, at + 12, 4).generated();
  }
  if (words[2] === ISATAP || words[2] === ISATAP_GLOBAL) add([[ISATAP_IPV4, 12, 4, words[3]]]);
  else if (bytes.u16(at + 11) === FROM_MAC && bytes.u8(at + 8) & LOCAL_BIT) {
    const mac = bytes.u24(at + 8) * 0x1000000 + bytes.u24(at + 13) - LOCAL_BIT_OF_MAC;
    add([[SLAAC_MAC, 8, 8, mac]]);
  }
}
