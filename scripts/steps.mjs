// What `npm start` and `npm test` have in common: run a step, show what it does, stop when it fails.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command with its output passed through. @returns {Promise<number>} its exit code */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** Runs a step; ends the process with its exit code if it fails. */
export async function step(title, command, args, options) {
  const started = performance.now();
  console.log(`\n▸ ${title}`);
  const code = await run(command, args, options);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0) {
    console.error(`✗ ${title} failed (${seconds} s)`);
    process.exit(code);
  }
  console.log(`✓ ${title} (${seconds} s)`);
}

/** Installs the packages of package-lock.json unless they are there and as new as it. */
export async function install() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

export const build = () => step('building', process.execPath, ['scripts/build.mjs']);
