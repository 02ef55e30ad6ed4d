/** Application protocols with any content: nothing throws, nothing loops, and every line is of bytes that are there. */
import fc from 'fast-check';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { digest } from '../../../support/digest.ts';
import { DNS_STORIES } from '../../../support/dnsStories.ts';
import { HTTP2_STORIES } from '../../../support/http2Stories.ts';
import { HTTP_STORIES } from '../../../support/httpStories.ts';
import { udp } from '../../../support/packetBuilder.ts';
import { conversation, type Sent } from '../../../support/streamStories.ts';
import { TLS_STORIES } from '../../../support/tlsStories.ts';
import { WEBSOCKET_STORIES } from '../../../support/webSocketStories.ts';

/** What the ends of a story send, and the server's port. */
function spoken(frames: readonly CapturedFrame[]): { port: number; sent: Sent[] } {
  const view = ({ bytes }: CapturedFrame) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const port = view(frames[0]!).getUint16(36);
  const sent = frames.flatMap((one): Sent[] => {
    const payload = one.bytes.subarray(34 + (one.bytes[46]! >> 4) * 4);
    const from = view(one).getUint16(36) === port ? 'C' : 'S';
    return payload.length > 0 ? [[from, [...payload]]] : [];
  });
  return { port, sent };
}

const STREAMS = [HTTP_STORIES, WEBSOCKET_STORIES, TLS_STORIES, HTTP2_STORIES].flatMap((stories) =>
  Object.values(stories).map((story) => spoken(story())),
);
const DATAGRAMS = Object.values(DNS_STORIES).flatMap((story) =>
  story().map(({ bytes }) => [...bytes.slice(42)]),
);

const changes = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });

describe('application protocols of any content', function () {
  this.timeout(120_000);

  it('never throw: conversations with changed bytes, cut elsewhere', () => {
    const changed = fc
      .record({ story: fc.constantFrom(...STREAMS), changes, cuts: fc.array(fc.nat(), { maxLength: 4 }) })
      .map(({ story, changes, cuts }) => {
        const sent = story.sent.map(([from, what]): [Sent[0], number[]] => [from, [...(what as number[])]]);
        for (const [segment, at, value] of changes) {
          const bytes = sent[segment % sent.length]![1];
          bytes[at % bytes.length] = value;
        }
        for (const cut of cuts) {
          const [from, bytes] = sent[cut % sent.length]!;
          const at = cut % bytes.length;
          if (at > 0) sent.splice(cut % sent.length, 1, [from, bytes.slice(0, at)], [from, bytes.slice(at)]);
        }
        return conversation(sent, { server: `10.0.0.2:${story.port}` });
      });
    fc.assert(fc.property(changed, digest), { numRuns: 150 });
  });

  it('never throw: random bytes on the ports of known protocols', () => {
    const beginnings = [
      '',
      'HTTP/1.1 200 OK\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x03\0\x30\x01',
    ];
    const part = fc.tuple(
      fc.constantFrom<Sent[0]>('C', 'S', 'S!'),
      fc
        .tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 120 }))
        .map(([begin, rest]) => [...Buffer.from(begin, 'latin1'), ...rest]),
    );
    const traffic = fc
      .tuple(fc.constantFrom(80, 443, 3000), fc.array(part, { minLength: 1, maxLength: 8 }))
      .map(([port, sent]) => conversation(sent, { server: `10.0.0.2:${port}` }));
    fc.assert(fc.property(traffic, digest), { numRuns: 300 });
  });

  it('never throw: datagrams with changed bytes, cut off', () => {
    const datagram = fc
      .record({ bytes: fc.constantFrom(...DATAGRAMS), changes, cut: fc.nat() })
      .map(({ bytes, changes, cut }) => {
        const copy = bytes.slice(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
        for (const [, at, value] of changes) if (copy.length) copy[at % copy.length] = value;
        const sent = Uint8Array.from(udp({ from: '10.0.0.1:40000', to: '10.0.0.2:53', payload: copy }));
        return { bytes: sent, length: sent.length };
      });
    fc.assert(fc.property(fc.array(datagram, { minLength: 1, maxLength: 3 }), digest), { numRuns: 500 });
  });
});
