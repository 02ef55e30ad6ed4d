/**
 * Inside a room files call each other, as Linux's do: import cycles are fine as long as nothing that is imported is used
 * while modules are evaluated. Functions are there from the start; classes and constants are not.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const dist = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

describe('the files of the stack', () => {
  it('can each be the first one loaded', async function () {
    this.timeout(60_000);
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--experimental-vm-modules',
      '--no-warnings',
      dist('test/stack/support/loadAlone.js'),
      dist('stack'),
    ]);
    const { files, failed } = JSON.parse(stdout) as { files: number; failed: Record<string, string> };
    assert.deepEqual(failed, {});
    assert.ok(files > 200, `${files} files`);
  });
});
