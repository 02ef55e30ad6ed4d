// English and Chinese: each text that people read has its translation, and no translation is left over.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Texts {
  texts: { text: string; place: string }[];
  problems: string[];
}
interface TextFinder {
  findTexts(root: string): Promise<Texts>;
  textsOf(sources: readonly unknown[]): Texts;
  parse(name: string, code: string): unknown;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const finder = (await import(pathToFileURL(path.join(root, 'scripts/lib/texts.mjs')).href)) as TextFinder;
const read = (file: string) =>
  JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;

/** What must be the same in a translation: `{0}`, `${1:`, a link's target. */
function fixedParts(text: string): string[] {
  return [...text.matchAll(/\{\d+\}|\$\{\d+:|\]\([^)]*\)/g)].map(([part]) => part).sort();
}

/** What is wrong with translations of these texts, which are known by a key. */
function faults(
  texts: ReadonlyMap<string, string>,
  translations: Readonly<Record<string, string>>,
): string[] {
  const found: string[] = [];
  for (const [key, text] of texts) {
    const translation = translations[key];
    if (translation === undefined) found.push(`no translation: ${key}`);
    else if (fixedParts(translation).join() !== fixedParts(text).join())
      found.push(`other placeholders or links: ${key}`);
    // What has no two words in a row is a name or an example, the same in each language.
    else if (translation === text && /\b[a-z]{2,} [a-z]{2,}\b/.test(text.replace(/`[^`]*`/g, '')))
      found.push(`not translated: ${key}`);
  }
  for (const key of Object.keys(translations)) if (!texts.has(key)) found.push(`left over: ${key}`);
  return found;
}

describe('the texts of the code', () => {
  let found: Texts;
  before(async function () {
    this.timeout(60_000);
    found = await finder.findTexts(root);
  });

  it('are literals, so that all of them are found', () => {
    assert.deepEqual(found.problems, []);
    assert.ok(found.texts.length > 100, `${found.texts.length} texts`);
  });

  it('stand in l10n/bundle.l10n.json, for translators (node scripts/l10n.mjs writes it)', () => {
    const texts = Object.fromEntries(found.texts.map(({ text }) => [text, text]));
    assert.deepEqual(read('l10n/bundle.l10n.json'), texts);
  });

  it('are translated, each of them and nothing else (node scripts/l10n.mjs lists what is not)', () => {
    const texts = new Map(found.texts.map(({ text }) => [text, text]));
    assert.deepEqual(faults(texts, read('l10n/bundle.l10n.zh-cn.json')), []);
  });
});

describe('the search for texts', () => {
  const textsIn = (...files: string[]) =>
    finder.textsOf(files.map((code, index) => finder.parse(`${index}.ts`, code)));

  it('finds what t(), l10n.t(), message() and errors for users begin with', () => {
    const code = `
      import { message } from '../language/message.ts';
      t('one'); this.#t('two', 2); vscode.l10n.t(isOne ? 'three' : 'four'); message('five');
      throw new UserError('six {0}', 6); new LaunchError("seven");`;
    const { texts, problems } = textsIn(
      'class LaunchError extends UserError {}',
      code,
      "class Gone extends UserError { constructor() { super('eight'); } }",
    );
    assert.deepEqual(
      texts.map(({ text }) => text),
      ['one', 'two', 'three', 'four', 'five', 'six {0}', 'seven', 'eight'],
    );
    assert.deepEqual(problems, []);
  });

  it('tells where a text is computed, which nobody could translate', () => {
    assert.deepEqual(textsIn('\nt(`hello ${name}`);').problems, ['0.ts:2: the text of t() is no literal']);
    const imports = "import { message } from '../language/message.ts';";
    assert.equal(textsIn(`${imports} message(text);`).problems.length, 1);
    assert.deepEqual(textsIn('message(text);').problems, [], 'another function of that name');
  });

  it('notices a translation that is missing, left over, without its placeholder, or still English', () => {
    const texts = new Map(['Copied {0}', 'Not here'].map((text) => [text, text]));
    assert.deepEqual(faults(texts, { 'Copied {0}': '已复制 {0}', 'Not here': '不是这里' }), []);
    assert.deepEqual(faults(texts, { 'Copied {0}': '已复制 {0}' }), ['no translation: Not here']);
    assert.deepEqual(faults(texts, { 'Copied {0}': '已复制', 'Not here': '不是这里' }), [
      'other placeholders or links: Copied {0}',
    ]);
    assert.deepEqual(faults(new Map(), { 'Copied {0}': '已复制 {0}' }), ['left over: Copied {0}']);
    assert.deepEqual(faults(new Map([['not here', 'not here']]), { 'not here': 'not here' }), [
      'not translated: not here',
    ]);
  });
});

describe('the manifest', () => {
  const english = read('package.nls.json');
  /** By path: what stands in package.json where VS Code shows a text. */
  const shown = new Map<string, string>();
  const isShown =
    /\.(title|shortTitle|displayName|description|markdownDescription|patternErrorMessage|contents|altText)$|^\.contributes\.views\..*\.name$|configurationSnippets.*\.(label|body\.name)$|initialConfigurations.*\.name$|\.strings\./;
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'string' && isShown.test(place)) shown.set(place, value);
    if (typeof value === 'object' && value !== null)
      for (const [key, part] of Object.entries(value)) walk(part, `${place}.${key}`);
  };
  walk(read('package.json'), '');

  it('has no text itself, only keys of package.nls.json', () => {
    const own = [...shown].filter(([, text]) => !/^%[^%]+%$/.test(text));
    assert.deepEqual(own, [['.contributes.configuration.title', 'Sockscope']]);
  });

  it('uses each key of package.nls.json, and no other', () => {
    const used = new Set(
      JSON.stringify(read('package.json'))
        .match(/"%[^%"]+%"/g)!
        .map((key) => key.slice(2, -2)),
    );
    assert.deepEqual([...used].sort(), Object.keys(english).sort());
  });

  it('is translated, each key and nothing else', () => {
    assert.deepEqual(faults(new Map(Object.entries(english)), read('package.nls.zh-cn.json')), []);
  });
});
