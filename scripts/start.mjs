// `npm start`: installs what is missing, builds, packages the extension, and opens VS Code on samples/. Uses the desktop's
// `code` where there is one, else a VS Code server (Ctrl+C ends it).
import { spawn } from 'node:child_process';
import path from 'node:path';
import { cacheFolder, onPath, run } from './lib/cache.mjs';
import { step } from './lib/progress.mjs';
import { build, install, root } from './steps.mjs';

const samples = path.join(root, 'samples');
const firstFile = path.join(samples, 'first-handshake.ts');

async function main() {
  await install();
  await build();
  // Only now: these modules may need the packages.
  const { packageExtension } = await import('./package.mjs');
  const vsix = await packageExtension();
  const desktop = process.env.SOCKSCOPE_SERVER ? undefined : await onPath('code');
  if (desktop) await openDesktop(desktop, vsix);
  else await openServer(vsix);
}

async function openDesktop(code, vsix) {
  await step('installing the extension into VS Code', () =>
    run(code, ['--install-extension', vsix, '--force']),
  );
  await run(code, [samples, '--goto', firstFile]);
  console.log(`VS Code is open on ${samples}. Press F5 in ${path.basename(firstFile)}.`);
}

async function openServer(vsix) {
  const { installServer, installExtension, startServer } = await import('./vscode-server.mjs');
  const server = await installServer();
  const userFolder = path.join(cacheFolder(), 'vscode-user');
  await step('installing the extension', () => installExtension(server, userFolder, vsix));
  const port = process.env.PORT ? Number(process.env.PORT) : undefined;
  const running = await step('starting VS Code', () =>
    startServer(server, { userFolder, workspace: samples, port }),
  );
  console.log(
    `\nVS Code is at ${running.url}\nOpen ${path.basename(firstFile)} there and press F5. Ctrl+C here ends it.`,
  );
  const address = new URL(running.url);
  address.searchParams.set('folder', samples);
  address.searchParams.set(
    'payload',
    JSON.stringify([['openFile', `vscode-remote://${address.host}${firstFile}`]]),
  );
  await openInBrowser(address.href);
  const stop = () => running.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  running.process.once('exit', (code) => process.exit(code ?? 1));
}

/** Opens an address with the desktop's browser, where there is a desktop. */
async function openInBrowser(address) {
  const hasDesktop = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = hasDesktop ? await onPath('xdg-open', 'open') : undefined;
  if (opener)
    spawn(opener, [address], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
}

main().catch((error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
