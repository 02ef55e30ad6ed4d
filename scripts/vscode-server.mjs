// A real VS Code, run as a server, from npm packages: for `npm start` on a machine without the desktop `code`, and for the
// tests in VS Code. Nothing is installed outside the cache folder.
//   node scripts/vscode-server.mjs        installs it and prints its folder
import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, exists, npmInstall, run } from './lib/cache.mjs';
import { step } from './lib/progress.mjs';

const CODE_SERVER = '4.139.1';
/** code-server runs on this Node's major version only; it brings its own where the system's is another. */
const NODE = '24.21.0';

/** Quiet and reproducible: no telemetry, no updates, no welcome pages, no experiments. */
const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'window.titleBarStyle': 'native',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/** Installs the server unless it is there. @returns where: `{ node, entry }` */
export async function installServer() {
  if (process.platform !== 'linux')
    throw new Error(
      `the VS Code server from npm runs on Linux only; install VS Code and its command "code" (https://code.visualstudio.com) instead`,
    );
  const folder = await cached(`code-server-${CODE_SERVER}-node-${NODE}-${process.arch}`, (temporary) =>
    step('installing a VS Code server from npm (800 MB, once)', async () => {
      await npmInstall(temporary, [`code-server@${CODE_SERVER}`, `node-linux-${process.arch}@${NODE}`]);
      const vscode = path.join(temporary, 'node_modules/code-server/lib/vscode');
      // The second brings TypeScript, for the language server.
      for (const part of [vscode, path.join(vscode, 'extensions')])
        await npmInstall(part, [], ['--omit=dev']);
    }),
  );
  return {
    node: path.join(folder, `node_modules/node-linux-${process.arch}/bin/node`),
    entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

/** The folders of one VS Code user: settings, installed extensions, state. */
function userOptions(userFolder) {
  return [
    '--user-data-dir',
    path.join(userFolder, 'user'),
    '--extensions-dir',
    path.join(userFolder, 'extensions'),
    '--config',
    path.join(userFolder, 'config.yaml'),
  ];
}

function environment(userFolder) {
  const { VSCODE_IPC_HOOK_CLI: _unused, ...inherited } = process.env;
  return {
    ...inherited,
    XDG_CONFIG_HOME: path.join(userFolder, 'xdg/config'),
    XDG_DATA_HOME: path.join(userFolder, 'xdg/data'),
    XDG_CACHE_HOME: path.join(userFolder, 'xdg/cache'),
    // No marketplace: nothing is looked up or sent anywhere.
    EXTENSIONS_GALLERY: '{}',
  };
}

/** Installs a .vsix for the user whose folder this is. */
export async function installExtension(server, userFolder, vsix) {
  await mkdir(userFolder, { recursive: true });
  await run(server.node, [server.entry, ...userOptions(userFolder), '--install-extension', vsix, '--force'], {
    env: environment(userFolder),
  });
}

/**
 * Starts the server and waits until it answers.
 * @param options `{ userFolder, workspace, port?, settings?, machineSettings?, driver?, locale?, without? }`;
 *   `without` names extensions of VS Code's own that are left out
 * @returns `{ url, process, stop(), kill(), signal(signal) }`; kill() is for a user whose folder is thrown away
 */
export async function startServer(server, options) {
  const { userFolder, workspace, settings = {}, machineSettings, driver = false, locale, without } = options;
  const port = options.port ?? (await freePort());
  const settingsFile = path.join(userFolder, 'user/User/settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  const kept = (await exists(settingsFile)) ? JSON.parse(await readFile(settingsFile, 'utf8')) : SETTINGS;
  await writeFile(settingsFile, JSON.stringify({ ...kept, ...settings }, null, 2));

  if (machineSettings) {
    const machineFile = path.join(userFolder, 'user/Machine/settings.json');
    await mkdir(path.dirname(machineFile), { recursive: true });
    await writeFile(machineFile, JSON.stringify(machineSettings, null, 2));
  }

  const logFile = path.join(userFolder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn(
    server.node,
    [
      server.entry,
      ...userOptions(userFolder),
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--auth',
      'none',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      ...(driver ? ['--reconnection-grace-time', '2', '--vscode-option', 'enable-smoke-test-driver'] : []),
      ...(locale === undefined ? [] : ['--locale', locale]),
      ...(without === undefined
        ? []
        : ['--builtin-extensions-dir', await builtinExtensions(server, userFolder, without)]),
      workspace,
    ],
    // A process group of its own, so that stop() reaches its extension hosts too.
    { env: environment(userFolder), stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  await log.close();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      signalGroup(child.pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
    signalGroup(child.pid, 'SIGKILL');
  };
  // After a SIGTERM it takes seconds to end, for what nobody reads any more.
  const kill = async () => {
    signalGroup(child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await ended;
  };
  const url = `http://127.0.0.1:${port}/`;
  for (const started = Date.now(); !(await answers(`${url}healthz`));) {
    if (child.exitCode !== null || Date.now() - started > 60_000) {
      await stop();
      throw new Error(`the VS Code server did not start; its output:\n${await readFile(logFile, 'utf8')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, process: child, stop, kill, signal: (signal) => signalGroup(child.pid, signal) };
}

/** @returns a folder with VS Code's own extensions but these */
async function builtinExtensions(server, userFolder, without) {
  const all = path.resolve(server.entry, '../../../lib/vscode/extensions');
  const some = path.join(userFolder, 'builtin-extensions');
  await mkdir(some);
  const names = (await readdir(all)).filter((name) => !without.includes(name));
  await Promise.all(names.map((name) => symlink(path.join(all, name), path.join(some, name))));
  return some;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

const answers = (url) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

/** A TCP port of the loopback address that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await installServer();
  console.log(path.resolve(server.entry, '../../..'));
}
