/** The flags of a TCP header: bits, names, texts. */
import type { PacketField } from '../../protocol.ts';
import { bitPattern, hex } from '../bytes.ts';
import { field } from '../packet.ts';

export const FIN = 0x001;
export const SYN = 0x002;
export const RST = 0x004;
export const PSH = 0x008;
export const ACK = 0x010;
export const URG = 0x020;
export const ECE = 0x040;
export const CWR = 0x080;
export const AE = 0x100;

/** Lowest bit first: the order in which Wireshark lists them in the info column. */
export const TCP_FLAGS: readonly { mask: number; short: string; name: string; filter: string }[] = [
  { mask: FIN, short: 'FIN', name: 'Fin', filter: 'fin' },
  { mask: SYN, short: 'SYN', name: 'Syn', filter: 'syn' },
  { mask: RST, short: 'RST', name: 'Reset', filter: 'reset' },
  { mask: PSH, short: 'PSH', name: 'Push', filter: 'push' },
  { mask: ACK, short: 'ACK', name: 'Acknowledgment', filter: 'ack' },
  { mask: URG, short: 'URG', name: 'Urgent', filter: 'urg' },
  { mask: ECE, short: 'ECE', name: 'ECN-Echo', filter: 'ece' },
  { mask: CWR, short: 'CWR', name: 'Congestion Window Reduced', filter: 'cwr' },
  { mask: AE, short: 'AE', name: 'Accurate ECN', filter: 'ae' },
];
const RESERVED = 0xe00;

/** `SYN, ACK`, or `<None>` */
export function flagNames(flags: number): string {
  const names = TCP_FLAGS.filter(({ mask }) => flags & mask).map(({ short }) => short);
  if (flags & RESERVED) names.push('Reserved');
  return names.length ? names.join(', ') : '<None>';
}

export function flagsField(flags: number, offset: number): PacketField {
  const bit = (mask: number, name: string) => {
    const at = mask > 0xff ? offset : offset + 1;
    return field(`${bitPattern(flags, mask, 12)} = ${name}`, flags & mask ? 'Set' : 'Not set', at, 1);
  };
  const children = [bit(RESERVED, 'Reserved')];
  for (const { mask, name } of TCP_FLAGS.toReversed()) children.push(bit(mask, name));
  return field('Flags', `${hex(flags, 3)} (${flagNames(flags)})`, offset, 2, children);
}
