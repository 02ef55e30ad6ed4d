/** What is followed of a stream: here, and by Debian's tshark. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { StreamDirection, StreamProtocolName } from '../../debug-adapter/protocol.ts';
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';

/** The bytes of both ends, one line for each time that the other one begins: `C hello`, `S [3 bytes missing]`. */
export interface Turns {
  client: string;
  lines: string[];
}

export function storeOf(frames: readonly CapturedFrame[]): PacketStore {
  const store = new PacketStore();
  for (const frame of frames) store.add(frame);
  return store;
}

/** All pieces, one after the other. */
export function followed(
  store: PacketStore,
  stream: number,
  protocol: StreamProtocolName = 'tcp',
  direction: StreamDirection = 'both',
): Turns {
  const parts: (readonly [string, string])[] = [];
  for (let piece = 0; ; piece++) {
    let answer = store.follow({ protocol, stream, direction, piece });
    while (answer.following) answer = store.follow({ protocol, stream, direction, piece });
    for (const { isServer, base64, missing } of answer.chunks)
      parts.push([
        isServer ? 'S' : 'C',
        missing ? `[${missing} bytes missing]` : Buffer.from(base64, 'base64').toString('hex'),
      ]);
    if (piece + 1 >= answer.pieces) return { client: answer.client.name, lines: joined(parts) };
  }
}

/**
 * The same of streams of a capture file, as `tshark -q -z follow,tcp,raw,N` has it.
 *
 * @param streams `tcp 0`, `udp 3`
 */
export function tsharkFollowed(file: string, streams: readonly string[]): Map<string, Turns> {
  const asked = streams.flatMap((stream) => ['-z', `follow,${stream.replace(' ', ',raw,')}`]);
  const output = execFileSync('tshark', ['-n', '-q', '-r', file, ...asked], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 30,
  });
  const found = new Map<string, Turns>();
  for (const [, protocol, number, client, content] of output.matchAll(
    /^Filter: (\w+)\.stream eq (\d+)\nNode 0: (.*)\nNode 1: .*\n((?:\t?[0-9a-f]*\n)*)=/gm,
  ))
    found.set(`${protocol} ${number}`, {
      client: client!,
      lines: joined(content!.split('\n').flatMap(part)),
    });
  return found;
}

function part(line: string): (readonly [string, string])[] {
  const hex = line.trim();
  if (hex === '') return [];
  const gap = /^\[(\d+) bytes missing in capture file\]/.exec(Buffer.from(hex, 'hex').toString('latin1'));
  return [[line.startsWith('\t') ? 'S' : 'C', gap ? `[${gap[1]} bytes missing]` : hex]];
}

/** What the ends are called does not matter to somebody who compares: the other way round. */
export function swapped({ client, lines }: Turns): Turns {
  return { client, lines: lines.map((line) => (line.startsWith('C') ? 'S' : 'C') + line.slice(1)) };
}

/** Long ones by their length and digest. */
function joined(parts: readonly (readonly [string, string])[]): string[] {
  const lines: [string, string][] = [];
  for (const [end, text] of parts) {
    const last = lines.at(-1);
    if (last && last[0] === end && !text.startsWith('[') && !last[1].endsWith(']')) last[1] += text;
    else lines.push([end, text]);
  }
  return lines.map(([end, text]) => `${end} ${text.startsWith('[') ? text : told(Buffer.from(text, 'hex'))}`);
}

function told(bytes: Buffer): string {
  if (bytes.length <= 60) return bytes.toString('latin1');
  return `${bytes.length} bytes, ${createHash('sha1').update(bytes).digest('hex').slice(0, 10)}`;
}
