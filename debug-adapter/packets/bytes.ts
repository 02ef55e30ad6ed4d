/** Reading and formatting bytes in network order. Callers have checked the bounds: see `Packet.need`. */

export function u16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** Unsigned, unlike the stack's int32: these values are displayed. */
export function u32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

/** `0x0800` */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** `de:ad:be:ef`, or `deadbeef` with an empty separator. */
export function hexBytes(bytes: Uint8Array, offset: number, length: number, separator = ':'): string {
  const end = Math.min(bytes.length, offset + length);
  const parts: string[] = [];
  for (let at = offset; at < end; at++) parts.push(bytes[at]!.toString(16).padStart(2, '0'));
  return parts.join(separator);
}

export function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Bytes as readable text: each byte that is not printable ASCII becomes `·`. */
export function printable(bytes: Uint8Array, offset: number, length: number): string {
  const end = Math.min(bytes.length, offset + length);
  let text = '';
  for (let at = offset; at < end; at++) {
    const byte = bytes[at]!;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  }
  return text;
}

/** The bits of a flags field, formatted like Wireshark: `.... ..1. ....` */
export function bitPattern(value: number, mask: number, width: number): string {
  let pattern = '';
  for (let bit = width - 1; bit >= 0; bit--) {
    pattern += mask & (1 << bit) ? (value & (1 << bit) ? '1' : '0') : '.';
    if (bit > 0 && bit % 4 === 0) pattern += ' ';
  }
  return pattern;
}

/** `1 byte`, `2 bytes` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
