import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { FileBytes } from '../../../../debug-adapter/packets/files/fileBytes.ts';

/** More than is kept in memory at a time. */
const SIZE = 20 * 1024 * 1024;

describe('the bytes of a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-bytes-'));
  const file = path.join(folder, 'bytes');
  const all = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 4) all.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
  before(() => writeFileSync(file, all));
  after(() => rmSync(folder, { recursive: true }));

  it('are the same wherever they are read, in any order', () => {
    const bytes = new FileBytes(file);
    const ranges = fc
      .tuple(fc.nat(SIZE - 1), fc.oneof(fc.nat(200), fc.nat(600_000)))
      .map(([offset, length]) => [offset, Math.min(length, SIZE - offset)] as const);
    fc.assert(
      fc.property(ranges, ([offset, length]) => {
        const read = bytes.read(offset, length);
        assert.equal(read.length, length);
        assert.equal(
          all.compare(read, 0, length, offset, offset + length),
          0,
          `${length} bytes at ${offset}`,
        );
      }),
      { numRuns: 300 },
    );
    bytes.close();
  });

  it('that are not there any more are missed', () => {
    const bytes = new FileBytes(file);
    truncateSync(file, SIZE - 10);
    assert.throws(() => bytes.read(SIZE - 20, 20), /has become shorter since it was opened: open it again/);
    assert.equal(bytes.read(SIZE - 20, 10).length, 10);
    bytes.close();
  });
});
