/** The flags of a TCP header: bits, fields, texts. */
import { field, placedIn, type Field } from '../tree/field.ts';
import type { Item } from '../tree/item.ts';
import type { PacketBytes } from '../tree/packetBytes.ts';
import { bitPattern } from '../tree/text.ts';

export const FIN = 0x001;
export const SYN = 0x002;
export const RST = 0x004;
export const PSH = 0x008;
export const ACK = 0x010;
export const URG = 0x020;
export const ECE = 0x040;
export const CWR = 0x080;
export const AE = 0x100;
const RESERVED = 0xe00;

/** The layer, in whose header the flags and other fields have their places. */
export const TCP = field('tcp', 'Transmission Control Protocol', 'protocol', { open: true, hasPlaces: true });
export const inTcp = placedIn(TCP);

/** Highest bit first, as the tree lists them. */
const BITS: readonly { mask: number; short: string; letter: string; own: Field }[] = [
  bit(RESERVED, 'Reserved', 'R', 'Reserved', 'res'),
  bit(AE, 'AE', 'A', 'Accurate ECN', 'ae'),
  bit(CWR, 'CWR', 'C', 'Congestion Window Reduced', 'cwr'),
  bit(ECE, 'ECE', 'E', 'ECN-Echo', 'ece'),
  bit(URG, 'URG', 'U', 'Urgent', 'urg'),
  bit(ACK, 'ACK', 'A', 'Acknowledgment', 'ack'),
  bit(PSH, 'PSH', 'P', 'Push', 'push'),
  bit(RST, 'RST', 'R', 'Reset', 'reset'),
  bit(SYN, 'SYN', 'S', 'Syn', 'syn'),
  bit(FIN, 'FIN', 'F', 'Fin', 'fin'),
];
const FLAGS = field('tcp.flags', 'Flags', 'uint16', {
  base: 'hex',
  mask: 0xfff,
  bits: 12,
  ...inTcp(12),
});
const LETTERS = field('tcp.flags.str', 'TCP Flags', 'string');

export const TCP_FLAG_FIELDS: readonly Field[] = [FLAGS, ...BITS.map(({ own }) => own), LETTERS];

function bit(mask: number, short: string, letter: string, title: string, name: string) {
  const names = { 1: 'Set', 0: 'Not set' };
  return {
    mask,
    short,
    letter,
    own: field(`tcp.flags.${name}`, title, 'boolean', { mask, bits: 12, names, ...inTcp(12) }),
  };
}

/** `SYN, ACK`, or `<None>` */
export function flagNames(flags: number): string {
  const names = BITS.filter(({ mask }) => flags & mask)
    .map(({ short }) => short)
    .reverse();
  return names.length ? names.join(', ') : '<None>';
}

/** `·······AP···`, for every value. */
const LETTERS_OF: readonly string[] = Array.from({ length: 0x1000 }, (_, flags) => {
  let letters = '';
  for (const { mask, letter } of BITS)
    for (let one = 0x800; one > 0; one >>= 1) if (mask & one) letters += flags & one ? letter : '·';
  return letters;
});

/** @param flags twelve bits. @returns the lines to which remarks belong */
export function addFlags(
  layer: Item,
  bytes: PacketBytes,
  at: number,
  flags: number,
): { letters: Item; rst: Item; syn: Item; fin: Item } {
  const line = layer.add(FLAGS, bytes, at, 2, flags);
  line.label(() => `Flags: 0x${flags.toString(16).padStart(3, '0')} (${flagNames(flags)})`);
  for (const { mask, own } of BITS) {
    const bit = line.bits(own, bytes, mask > 0xff ? at : at + 1, 1, flags);
    if (mask === RESERVED)
      bit.label(
        () => `${bitPattern(flags & mask, mask, 12)} = ${own.title}: ${flags & mask ? 'Set' : 'Not set'}`,
      );
  }
  const [rst, syn, fin] = line.children.slice(-3) as [Item, Item, Item];
  const letters = line.add(LETTERS, bytes, at, 2, LETTERS_OF[flags]!);
  return { letters, rst, syn, fin };
}
