/** Bytes of a stream as text, in Wireshark's ways to show them. */

export const FORMATS = ['utf8', 'ascii', 'hexDump', 'raw'] as const;
export type Format = (typeof FORMATS)[number];

/** Writes the parts of one end, in order. */
export interface Writer {
  /** @param position how many bytes of the end were before */
  write(bytes: Uint8Array, position: number): string;
}

const MAKERS: Readonly<Record<Format, () => Writer>> = {
  utf8: () => {
    // A character may lie in two packets: it is shown in the second.
    const decoder = new TextDecoder();
    return { write: (bytes) => printable(decoder.decode(bytes, { stream: true })) };
  },
  ascii: () => ({
    write: (bytes) =>
      printable(Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '.')).join('')),
  }),
  hexDump: () => ({ write: hexDump }),
  raw: () => ({ write: (bytes) => `${Array.from(bytes, hex).join('')}\n` }),
};

export function writer(format: Format): Writer {
  return MAKERS[format]();
}

/** Dots for what has no sign; a line ends with a line feed alone. */
function printable(text: string): string {
  return text.replace(/\r(\n|$)/g, '$1').replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffd]/g, '.');
}

/** `00000010  68 65 6c 6c 6f 20 77 6f  72 6c 64                 hello wo rld` */
function hexDump(bytes: Uint8Array, position: number): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16);
    const halves = [line.subarray(0, 8), line.subarray(8)];
    const [first, second] = halves.map((half) => Array.from(half, hex).join(' ').padEnd(23));
    const signs = Array.from(line, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    text += `${(position + at).toString(16).padStart(8, '0')}  ${first}  ${second}  ${signs}\n`;
  }
  return text;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
