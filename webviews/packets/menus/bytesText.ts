/** Bytes as text for the clipboard. */
import type { PacketBytes } from '../../messages.ts';

export type BytesFormat = 'hex' | 'text' | 'c';

const PER_LINE = 12;
const hex = (byte: number) => byte.toString(16).padStart(2, '0');

export function decoded({ base64 }: PacketBytes): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

export function bytesText(bytes: Uint8Array, format: BytesFormat): string {
  switch (format) {
    case 'hex':
      return Array.from(bytes, hex).join(' ');
    case 'text':
      return Array.from(bytes, (byte) =>
        (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09
          ? String.fromCharCode(byte)
          : '.',
      ).join('');
    case 'c':
      return cArray(bytes);
  }
}

function cArray(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE)
    lines.push(`  ${Array.from(bytes.subarray(at, at + PER_LINE), (byte) => `0x${hex(byte)}`).join(', ')}`);
  return `static const unsigned char bytes[${bytes.length}] = {\n${lines.join(',\n')}\n};\n`;
}
