/** Answers the requests that follow a stream, and saves it. */
import { open, rm } from 'node:fs/promises';
import { UserError } from '../../../language/userError.ts';
import type {
  FollowStreamArguments,
  FollowStreamResponse,
  SaveStreamArguments,
  SaveStreamResponse,
  StreamChoice,
  StreamChunk,
  StreamDirection,
  StreamProtocolName,
} from '../data.ts';
import type { KeptPackets } from '../kept/keptPackets.ts';
import { Pace, untold } from '../pace.ts';
import { bytesOf, type FollowedStream } from './followedStream.ts';
import type { Pieces } from './pieces.ts';

/** What is needed of a store. */
export interface FollowableStore {
  readonly packets: KeptPackets;
  /** A stream as far as it was followed before. */
  followed(protocol: StreamProtocolName, stream: number): FollowedStream;
}

const PROTOCOLS = ['tcp', 'udp'] as const;
const DIRECTIONS = ['both', 'client', 'server'] as const;
const NAMES: Readonly<Record<StreamProtocolName, string>> = { tcp: 'TCP', udp: 'UDP' };

/** @throws UserError if there is no such stream */
export function followStream(
  { packets, followed }: FollowableStore,
  { direction = 'both', piece = 0, ...choice }: FollowStreamArguments,
): FollowStreamResponse {
  const { protocol, stream } = chosen(packets, choice);
  const found = followed(protocol, stream);
  const following = found.update(packets);
  const { ends, streams } = found;
  const pieces = piecesOf(found, direction);
  if (!ends && !following) throw missing(protocol, stream, streams);
  const shown = Math.min(piece, Math.max(0, pieces.count - 1));
  const end = (name: 'client' | 'server') => ({
    ...(ends?.[name] ?? { name: '', packets: 0, bytes: 0, missing: 0, letGo: 0 }),
    waiting: found.waiting(name === 'server'),
  });
  return {
    protocol,
    stream,
    streams,
    client: end('client'),
    server: end('server'),
    pieces: pieces.count,
    piece: shown,
    chunks: pieces.at(shown).map((chunk): StreamChunk => {
      const { row, isServer, position, missing } = chunk;
      const bytes = missing > 0 ? new Uint8Array() : bytesOf(packets, chunk, protocol);
      return {
        number: packets.number(row),
        isServer,
        position,
        base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
        ...(missing > 0 && { missing }),
      };
    }),
    ...(following && { following }),
  };
}

/**
 * Writes the bytes that were captured, without anything between them.
 *
 * @throws UserError if there is no such stream
 */
export async function saveStream(
  { packets, followed }: FollowableStore,
  { path, direction = 'both', protocol, stream }: SaveStreamArguments,
  tell = untold,
): Promise<SaveStreamResponse> {
  const found = followed(known('protocol', protocol, PROTOCOLS), stream);
  const pace = new Pace(tell);
  // Looking for them is one half of the work, writing the other.
  for (let looked = found.update(packets); looked !== null; looked = found.update(packets))
    await pace.step(looked.done, 2 * looked.of);
  if (!found.ends) throw missing(protocol, stream, found.streams);
  const pieces = piecesOf(found, direction);
  const count = pieces.count;
  const saved = { bytes: 0, missing: 0 };
  const file = await open(path, 'w');
  try {
    for (let piece = 0; piece < count; piece++)
      for (const chunk of pieces.at(piece)) {
        await pace.step(count + piece, 2 * count);
        saved.missing += chunk.missing;
        if (chunk.missing > 0) continue;
        if (chunk.row < packets.first)
          throw new UserError('packets of the stream were let go while it was saved: pause, and save again');
        await file.write(bytesOf(packets, chunk, protocol));
        saved.bytes += chunk.length;
      }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return saved;
}

/** The stream that is asked for, by its number or by one of its packets. */
function chosen(
  packets: KeptPackets,
  choice: StreamChoice,
): { protocol: StreamProtocolName; stream: number } {
  const { protocol, stream, ofPacket } = choice;
  if (ofPacket === undefined) {
    if (stream === undefined)
      throw new UserError('followStream needs the number of a stream, or that of a packet in ofPacket');
    return { protocol: known('protocol', protocol ?? 'tcp', PROTOCOLS), stream };
  }
  const row = packets.rowOf(ofPacket);
  if (row < 0) throw new UserError('packet {0} is not there (any more)', ofPacket);
  for (const protocol of PROTOCOLS) {
    const stream = packets.streamOf(row, protocol);
    if (stream >= 0) return { protocol, stream };
  }
  throw new UserError('packet {0} belongs to no TCP connection and no UDP flow', ofPacket);
}

function known<T extends string>(name: string, given: string, all: readonly T[]): T {
  const found = all.find((one) => one === given);
  if (found === undefined)
    throw new UserError('{0} must be one of {1}, got "{2}"', name, all.join(', '), given);
  return found;
}

function piecesOf(found: FollowedStream, direction: StreamDirection): Pieces {
  return found[known('direction', direction, DIRECTIONS)];
}

function missing(protocol: StreamProtocolName, stream: number, streams: number): UserError {
  const name = NAMES[protocol];
  if (streams === 0) return new UserError('no packet of {0} is kept', name);
  if (stream >= streams)
    return new UserError('there is no {0} stream {1}: the last one is {2}', name, stream, streams - 1);
  return new UserError('no packet of {0} stream {1} is kept any more', name, stream);
}
