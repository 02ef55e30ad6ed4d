// Finds a Chromium for the tests in VS Code: the system's, else one that comes inside an npm package. One without a window
// of its own comes first: a whole browser draws its tabs and bars even where nobody sees them, at a third of a processor.
//   node scripts/browser.mjs        prints its path, installing it if need be
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cached, exists, npmInstall, onPath, run } from './lib/cache.mjs';
import { step } from './lib/progress.mjs';

/** The newest whose `engines` allow Node 20. */
const PACKAGE = '@sparticuz/chromium';
const VERSION = '143.0.4';

/** The system's fonts and the package's own: with no font at all, this Chromium crashes on the first fallback. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** @returns `{ executablePath, args, env }` for playwright-core's `chromium.launch` */
export async function findBrowser() {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const own = process.env.SOCKSCOPE_BROWSER;
  if (own) {
    if (!(await exists(own))) throw new Error(`SOCKSCOPE_BROWSER names a file that is not there: ${own}`);
    return { executablePath: own, args, env: process.env };
  }
  const system =
    (await onPath(
      'chromium-headless-shell',
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'microsoft-edge',
    )) ?? (await firstExisting(MAC_APPLICATIONS));
  return system ? { executablePath: system, args, env: process.env } : { ...(await packagedBrowser()), args };
}

/** The headless Chromium inside the npm package, unpacked into the cache. */
async function packagedBrowser() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `no Chromium or Chrome found; install one, or name one in SOCKSCOPE_BROWSER (the packaged one is for Linux on x64, this is ${process.platform} on ${process.arch})`,
    );
  const folder = await cached(`chromium-${VERSION}`, (temporary) =>
    step('installing a headless Chromium from npm (70 MB, once)', async () => {
      await npmInstall(temporary, [`${PACKAGE}@${VERSION}`]);
      await unpack(temporary);
      await writeFile(path.join(temporary, 'fonts.conf'), FONTS_CONF);
    }),
  );
  const executablePath = path.join(folder, 'chromium');
  // Its libraries (NSS) are used only where the system has none: a newer glibc than theirs wants the system's.
  const lacking = (await run('ldd', [executablePath]).catch(() => '')).includes('not found');
  const libraries = [path.join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const env = { ...process.env, FONTCONFIG_FILE: path.join(folder, 'fonts.conf') };
  return { executablePath, env: lacking ? { ...env, LD_LIBRARY_PATH: libraries } : env };
}

/** The package unpacks into the temporary folder, so it is given one. */
async function unpack(folder) {
  const script = `
    import { inflate } from ${JSON.stringify(moduleUrl(folder, 'build/esm/lambdafs.js'))};
    const bin = ${JSON.stringify(path.join(folder, 'node_modules', PACKAGE, 'bin'))};
    for (const file of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) await inflate(bin + '/' + file);`;
  await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
  });
}

const moduleUrl = (folder, file) => pathToFileURL(path.join(folder, 'node_modules', PACKAGE, file)).href;

async function firstExisting(files) {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await findBrowser()).executablePath);
