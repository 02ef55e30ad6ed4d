import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { SYSCALLS } from '../../../debug-adapter/filters/syscalls.ts';
import { stackFile } from '../support/paths.ts';

describe('conditions on system calls', () => {
  it('know every system call of the library, and no other', () => {
    const library = readdirSync(stackFile('user/library'))
      .map((name) => readFileSync(stackFile(`user/library/${name}`), 'utf8'))
      .join('\n');
    const called = library.matchAll(/\b(?:call|syscall)(?:<[^>]*>)?\(\s*(?:here\(\),\s*)?'([a-z_0-9]+)'/g);
    assert.deepEqual([...new Set([...called].map(([, name]) => name!))].sort(), [...SYSCALLS].sort());
  });
});
