// What Wireshark is started with: a capture file, a packet of it, and a display filter.
import path from 'node:path';

export interface ShownCapture {
  file: string;
  /** Counts from 1 in the file. */
  packet?: number;
  filter?: string;
}

/** Neither a file nor a filter can be taken for an option, whatever it begins with. */
export function wiresharkArguments({ file, packet, filter = '' }: ShownCapture): string[] {
  const text = filter.trim();
  return [
    '-r',
    path.resolve(file),
    ...(packet === undefined ? [] : ['-g', String(packet)]),
    ...(text === '' ? [] : ['-Y', text.startsWith('-') ? `(${text})` : text]),
  ];
}
