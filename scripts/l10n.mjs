// Writes l10n/bundle.l10n.json, the English texts of the sources in their order, puts the translations into the same
// order without those that are left over, and lists what is not translated.
//   node scripts/l10n.mjs
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTexts } from './lib/texts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const LANGUAGES = ['zh-cn'];
const write = (name, content) =>
  writeFile(path.join(root, 'l10n', name), `${JSON.stringify(content, null, 2)}\n`);

const { texts, problems } = await findTexts(root);
for (const problem of problems) console.error(problem);
const english = Object.fromEntries(texts.map(({ text }) => [text, text]));
await write('bundle.l10n.json', english);

let missing = 0;
for (const language of LANGUAGES) {
  const name = `bundle.l10n.${language}.json`;
  const known = JSON.parse(await readFile(path.join(root, 'l10n', name), 'utf8'));
  const kept = Object.keys(english).filter((text) => Object.hasOwn(known, text));
  await write(name, Object.fromEntries(kept.map((text) => [text, known[text]])));
  for (const text of Object.keys(english)) {
    if (Object.hasOwn(known, text)) continue;
    missing++;
    console.log(`${language}: ${JSON.stringify(text)}`);
  }
}
process.exit(missing + problems.length === 0 ? 0 : 1);
