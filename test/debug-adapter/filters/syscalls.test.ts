import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SYSCALLS } from '../../../debug-adapter/filters/syscalls.ts';
import { stackFile } from '../support/paths.ts';

describe('conditions on system calls', () => {
  it('know every system call of the library, and no other', () => {
    const library = readFileSync(stackFile('user/library.ts'), 'utf8');
    const called = library.matchAll(/\b(?:call|syscall)(?:<[^>]*>)?\(\s*(?:here\(\),\s*)?'([a-z_0-9]+)'/g);
    assert.deepEqual([...new Set([...called].map(([, name]) => name!))].sort(), [...SYSCALLS].sort());
  });
});
