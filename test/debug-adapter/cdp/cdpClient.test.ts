import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Heard } from './busyThread.ts';

describe("what comes from a worker's inspector", function () {
  this.timeout(20_000);

  it('is never handled in the middle of other code', async () => {
    const program = path.join(import.meta.dirname, 'busyThread.js');
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    const { whileBusy, afterwards } = JSON.parse(stdout) as Heard;
    assert.equal(whileBusy, 0);
    assert.ok(afterwards > 0, 'what came meanwhile is handled afterwards');
  });
});
