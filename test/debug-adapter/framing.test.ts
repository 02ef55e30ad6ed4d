/** How messages are cut out of bytes, however the bytes come. */
import assert from 'node:assert/strict';
import { frame, MessageReader } from '../../debug-adapter/connection/framing.ts';

const bodies = (reader: MessageReader, bytes: Buffer, chunk: number): string[] => {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += chunk) found.push(...reader.read(bytes.subarray(at, at + chunk)));
  return found;
};
const message = { seq: 7, command: 'evaluate', text: 'café → 連' };
const two = Buffer.from(frame(message) + frame({ seq: 8 }));

describe('debug adapter: framing', () => {
  it('finds the messages in chunks of any size', () => {
    for (let chunk = 1; chunk <= two.length; chunk++)
      assert.deepEqual(
        bodies(new MessageReader(), two, chunk),
        [JSON.stringify(message), '{"seq":8}'],
        `chunks of ${chunk} bytes`,
      );
  });

  it('knows other headers, and another spelling', () => {
    const text = 'Content-Type: application/json\r\ncontent-length: 2\r\nX: y\r\n\r\n{}';
    assert.deepEqual(bodies(new MessageReader(), Buffer.from(text), 5), ['{}']);
  });

  it('passes over what is no message: the rest of one whose beginning was taken', () => {
    for (let cut = 1; cut < frame(message).length; cut++)
      assert.deepEqual(
        bodies(new MessageReader(), two.subarray(cut), 64).at(-1),
        '{"seq":8}',
        `cut at ${cut}`,
      );
    assert.deepEqual(
      bodies(new MessageReader(), Buffer.concat([Buffer.alloc(1e5, 65), two]), 4096).length,
      2,
    );
  });

  it('hands over a message that was begun', () => {
    for (let cut = 1; cut < two.length; cut++) {
      const first = new MessageReader();
      const before = [...first.read(two.subarray(0, cut))];
      const second = new MessageReader();
      const after = [...second.read(first.rest), ...second.read(two.subarray(cut))];
      assert.equal(before.length + after.length, 2, `cut at ${cut}`);
    }
  });

  it('takes a message of 64 MB in few copies: not one for each chunk', () => {
    const long = Buffer.from(frame({ text: 'x'.repeat(64 * 1024 * 1024) }));
    const started = performance.now();
    assert.equal(bodies(new MessageReader(), long, 64 * 1024).length, 1);
    const took = performance.now() - started;
    // A thousand copies of 32 MB on the average take longer than this on any machine.
    assert.ok(took < 5000, `took ${took.toFixed(0)} ms`);
  });
});
