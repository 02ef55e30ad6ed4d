/** Which packets' bytes are put together, and in which packet: as Debian's tshark does, for HTTP on TCP. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { HTTP, type HttpMessage } from '../../../../debug-adapter/packets/streams/http.ts';
import { Ports } from '../../../../debug-adapter/packets/streams/recognition.ts';
import { StreamTracker, type Piece } from '../../../../debug-adapter/packets/streams/streamTracker.ts';
import { writeCapture } from '../../../support/pdml.ts';
import { conversation, type Ends, type Sent } from '../../../support/streamStories.ts';
import { needTshark } from '../../../support/tshark.ts';

const REQUEST = 'GET /x HTTP/1.1\r\nHost: h\r\n\r\n';
const TYPED = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const STORIES: Record<string, { sent: Sent[]; ends?: Partial<Ends> }> = {
  'one segment a message': {
    sent: [
      ['C', REQUEST],
      ['S', `${TYPED}Content-Length: 2\r\n\r\nab`],
    ],
  },
  'a body until the end of the connection': {
    sent: [
      ['C', REQUEST],
      ['S', `${TYPED}\r\nab`],
      ['S', 'cd'],
      ['S!', 'ef'],
    ],
  },
  'an empty FIN ends the body': {
    sent: [
      ['C', REQUEST],
      ['S', 'HTTP/1.1 200 OK\r\nServer: x\r\n\r\nab'],
      ['S', 'cd'],
      ['S!', ''],
    ],
  },
  'a header in pieces': {
    sent: [
      ['C', 'GE'],
      ['C', 'T /x HTTP/1.1\r\nHo'],
      ['C', 'st: h\r\n'],
      ['C', '\r\n'],
    ],
  },
  'cut within the empty line': {
    sent: [
      ['C', REQUEST.slice(0, -1)],
      ['C', '\n'],
      ['S', `${TYPED}\r\n`],
    ],
  },
  'a body in pieces, and the next request behind it': {
    sent: [
      ['C', 'POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\n012'],
      ['C', '345'],
      ['C', '6789GET /y HTTP/1.1\r\n'],
      ['C', '\r\n'],
    ],
  },
  chunks: {
    sent: [
      ['C', REQUEST],
      ['S', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
      ['S', 'cde\r\n'],
      ['S', '3;x=y\r\nabc\r\n0\r'],
      ['S', '\n'],
      ['S', 'X-T: 1\r\n'],
    ],
  },
  'the answer to a HEAD': {
    sent: [
      ['C', 'HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'],
      ['C', REQUEST],
      ['S', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab'],
    ],
  },
  'no line at all': {
    sent: [
      ['C', 'hello there'],
      ['C', 'hello\r\nthere\r\n'],
    ],
  },
  'another port, recognised': {
    ends: { server: '10.0.0.2:3000' },
    sent: [
      ['C', 'GET /x HTTP/1.1\r\nHo'],
      ['C', 'st: h\r\n\r\nGET /'],
      ['C', 'y HTTP/1.1\r\n\r\n'],
    ],
  },
  'another port, not recognised': {
    ends: { server: '10.0.0.2:3000' },
    sent: [
      ['C', 'GE'],
      ['C', REQUEST.slice(2)],
    ],
  },
};

/** Our view of each packet: where its bytes end up, and what is put together in it. */
function told(frames: readonly CapturedFrame[]): string[] {
  const seen = track(frames);
  return frames.map(({ number }) => {
    const pieces = seen.get(number) ?? [];
    const later = pieces.flatMap(({ kind, reassembly, rest }) => [
      ...(kind === 'segment' && reassembly && reassembly.completedIn !== number
        ? [reassembly.completedIn]
        : []),
      ...(rest ? [rest.reassembly.completedIn] : []),
    ]);
    const parts = pieces.flatMap(({ kind, reassembly }) =>
      kind === 'end' || kind === 'closing' ? reassembly!.parts.map((part) => part.number) : [],
    );
    return `${number}: in ${later.filter(Boolean).join(',')} of ${parts.join(',')}`;
  });
}

function theirs(file: string): string[] {
  const fields = ['frame.number', 'tcp.reassembled_in', 'tcp.segment'].flatMap((name) => ['-e', name]);
  return execFileSync('tshark', ['-2', '-n', '-r', file, '-T', 'fields', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([number, later = '', parts = '']) => `${number}: in ${later} of ${parts}`);
}

function track(
  frames: readonly CapturedFrame[],
  kept = new Map(frames.map((frame) => [frame.number, frame.bytes])),
): Map<number, Piece[]> {
  const tracker = new StreamTracker(
    { bytesOf: (number) => kept.get(number) ?? null },
    new Ports(new Map([[8080, HTTP]]), [HTTP]),
  );
  const seen = new Map<number, Piece[]>();
  for (const { bytes, number, timeNs } of frames) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const at = 34 + (bytes[46]! >> 4) * 4;
    const [sourcePort, destinationPort] = [view.getUint16(34), view.getUint16(36)];
    const isFin = (bytes[47]! & 1) !== 0;
    const length = bytes.length - at;
    if (length === 0 && !isFin) continue;
    seen.set(
      number,
      tracker.add({
        stream: 0,
        number,
        timeNs,
        isForward: sourcePort === 40312,
        source: view.getUint32(26),
        sourcePort,
        destinationPort,
        seq: view.getUint32(38),
        isFin,
        isRetransmission: false,
        isOutOfPlace: false,
        canReassemble: true,
        bytes,
        at,
        length,
      }),
    );
  }
  return seen;
}

describe('streams', function () {
  this.timeout(60_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-streams-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, { sent, ends }] of Object.entries(STORIES))
    it(`are put together as tshark does: ${name}`, async function () {
      needTshark(this);
      const frames = conversation(sent, ends);
      const file = path.join(folder, 'story.pcapng');
      await writeCapture(file, frames);
      assert.deepEqual(told(frames), theirs(file));
    });

  it('give the same messages wherever they are cut', () => {
    const bodies = ['', '0123456789', 'x'.repeat(300)];
    const message = fc.constantFrom(
      ...bodies.map((body) => `POST /x HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
      'PUT /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n12\r\n012345678901234567\r\n0\r\n\r\n',
    );
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(999)),
        (messages, cuts) => {
          const text = messages.join('');
          const places = [0, ...cuts.map((cut) => cut % text.length), text.length].sort((a, b) => a - b);
          const sent = places
            .slice(1)
            .map((end, at): Sent => ['C', text.slice(places[at], end)])
            .filter(([, part]) => part.length > 0);
          const seen = [...track(conversation(sent)).values()].flat();
          const found = seen.flatMap((piece) =>
            piece.messages.map(({ begin, end, facts }) => `${(facts as HttpMessage).kind} ${end - begin}`),
          );
          assert.deepEqual(
            found,
            messages.map(({ length }) => `request ${length}`),
          );
        },
      ),
    );
  });

  it('end with any bytes, and account for each byte once', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((part) => [...part]);
    const part = fc.oneof(
      bytes,
      fc.constantFrom('HTTP/1.1 200 OK\r\n', '\r\n\r\n', 'Content-Length: 99999999999\r\n'),
    );
    const sent = fc.array(fc.tuple(fc.constantFrom('C', 'S', 'S!'), part), { maxLength: 20 });
    fc.assert(
      fc.property(sent, (parts) => {
        const frames = conversation(parts as Sent[]);
        const seen = track(frames);
        for (const frame of frames) {
          const pieces = seen.get(frame.number) ?? [];
          const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
          assert.equal(length, frame.bytes.length - 34 - (frame.bytes[46]! >> 4) * 4);
        }
      }),
    );
  });

  it('are told as missing when their packets were let go', () => {
    const frames = conversation(STORIES['a header in pieces']!.sent);
    const kept = new Map(frames.map((frame) => [frame.number, frame.bytes]));
    const { kind, reassembly } = track(frames, kept).get(7)![0]!;
    assert.equal(kind, 'end');
    assert.equal(Buffer.from(reassembly!.assemble()!).toString(), REQUEST);
    const other = track(frames, kept).get(7)![0]!.reassembly!;
    kept.delete(5);
    assert.equal(other.assemble(), null);
  });
});
