/** Runs the command line, and gives it scenarios in files of their own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../../..');
export const CLI = path.join(root, 'dist/debug-adapter/cli/main.js');

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}
/** `node dist/debug-adapter/cli/main.js ARGS…`, to its end. */
export function sockscope(...args: string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args]);
    const ran: Ran = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (ran.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (ran.stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ran, code }));
  });
}

/** A folder of files for the tests of a suite, removed after them. */
export class Files {
  folder = '';

  constructor() {
    before(() => {
      this.folder = mkdtempSync(path.join(tmpdir(), 'sockscope-cli-'));
    });
    after(() => rmSync(this.folder, { recursive: true, force: true }));
  }
  /** A scenario in a file of its own. */
  readonly scenario = (source: string, name = 'scenario.ts'): string => {
    const file = path.join(this.folder, name);
    writeFileSync(file, source);
    return file;
  };
}
