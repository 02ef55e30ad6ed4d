// Where downloaded tools (a VS Code server, a browser) are kept between runs and checkouts, and how they get there.
import { spawn } from 'node:child_process';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** The cache folder: $SOCKSCOPE_CACHE, else `sockscope` in the user's cache folder. */
export function cacheFolder() {
  if (process.env.SOCKSCOPE_CACHE) return path.resolve(process.env.SOCKSCOPE_CACHE);
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, 'sockscope');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'sockscope');
  if (process.platform === 'win32' && process.env.LOCALAPPDATA)
    return path.join(process.env.LOCALAPPDATA, 'sockscope', 'cache');
  return path.join(homedir(), '.cache', 'sockscope');
}

/**
 * A folder of the cache that `fill(temporary)` makes when it is not there yet. It appears under its name only when it is
 * whole, so an interrupted installation is never taken for a finished one.
 */
export async function cached(name, fill) {
  const folder = path.join(cacheFolder(), name);
  if (await exists(folder)) return folder;
  const temporary = `${folder}.${process.pid}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, folder).catch(async (error) => {
      // Another process was quicker: its result is as good.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Installs exact versions of npm packages into a folder, without running their scripts. */
export async function npmInstall(folder, packages, options = []) {
  if (packages.length > 0) await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  await run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...options, ...packages],
    {
      cwd: folder,
    },
  );
}

/** Runs a program to its end; rejects with its output if it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    // Windows runs .cmd files by its shell only, to which words with spaces must be quoted.
    const shell = process.platform === 'win32';
    const word = (text) => (shell && /\s/.test(text) ? `"${text}"` : text);
    const child = spawn(word(command), args.map(word), {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      ...options,
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ${args.join(' ')} failed (exit code ${code}):\n${output.trim()}`)),
    );
  });
}

/** Full path of a program on PATH, or undefined. */
export async function onPath(...names) {
  const suffixes = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      for (const suffix of suffixes) {
        const file = path.join(folder, name + suffix);
        if (folder && (await exists(file))) return file;
      }
    }
  }
  return undefined;
}

export const exists = (file) =>
  stat(file).then(
    () => true,
    () => false,
  );
