/** The ring in shared memory between the machine's thread and the adapter. */
import assert from 'node:assert/strict';
import { createRing, RingReader, RingWriter } from '../../stack/trace/ring.ts';

const text = (content: Uint8Array) => new TextDecoder().decode(content);
const bytes = (content: string) => new TextEncoder().encode(content);

describe('stack: ring of records', () => {
  it('hands records over in order, around the end of its memory', () => {
    const memory = createRing(256);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    const seen: string[] = [];
    for (let n = 0; n < 100; n++) {
      writer.write(1 + (n % 3), bytes(`record ${n}${'.'.repeat(n % 50)}`));
      reader.drain((kind, content) => seen.push(`${kind} ${text(content)}`));
    }
    assert.equal(seen.length, 100);
    assert.equal(seen[99], `1 record 99${'.'.repeat(49)}`);
    assert.equal(reader.overwritten, 0);
  });

  it('lets the oldest go when the reader is slow, and counts them', () => {
    const memory = createRing(256);
    const writer = new RingWriter(memory);
    for (let n = 0; n < 50; n++) writer.write(1, bytes(`record ${n}`));
    const reader = new RingReader(memory);
    const seen: string[] = [];
    reader.drain((_, content) => seen.push(text(content)));
    assert.equal(seen.at(-1), 'record 49');
    assert.ok(seen.length > 5);
    assert.equal(seen.length + reader.overwritten, 50);
    assert.equal(seen[0], `record ${reader.overwritten}`);
  });
});
