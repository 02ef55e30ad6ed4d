// The samples' comments in Chinese: the code stands once, and every line keeps its number.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commentsOf, withComments } from '../../extension/scenario/sampleComments.ts';
import { sampleTitle } from '../../extension/scenario/sampleText.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SAMPLES = path.join(root, 'samples');
const TRANSLATIONS = path.join(root, 'l10n/samples/zh-cn');
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'));
/** The samples that have comments; the project file is not copied. */
const COMMENTED = filesOf(SAMPLES).filter(
  (name) => name !== 'tsconfig.json' && commentsOf(readFileSync(path.join(SAMPLES, name), 'utf8')).length > 0,
);
const codeOf = (text: string) => text.split('\n').filter((line) => !/^\s*(\/\*\*|\*|\/\/ )/.test(line));

describe("the samples' comments in Chinese", () => {
  it('are there for each sample, and for nothing else', () => {
    assert.ok(COMMENTED.length > 15);
    assert.deepEqual(filesOf(TRANSLATIONS).sort(), COMMENTED.map((name) => `${name}.txt`).sort());
  });

  for (const name of COMMENTED)
    it(`${name}: all of them, and the code stays line by line`, () => {
      const english = readFileSync(path.join(SAMPLES, name), 'utf8');
      const chinese = withComments(english, readFileSync(path.join(TRANSLATIONS, `${name}.txt`), 'utf8'));
      assert.equal(chinese.split('\n').length, english.split('\n').length);
      assert.deepEqual(codeOf(chinese), codeOf(english));
      for (const [index, comment] of commentsOf(chinese).entries())
        assert.match(
          comment.replaceAll('sock_map_fd', '映射'),
          /[\u4e00-\u9fff]/,
          `comment ${index + 1} is not Chinese`,
        );
      assert.equal(sampleTitle(chinese)?.number, sampleTitle(english)?.number);
      for (const comment of commentsOf(english))
        for (const code of comment.match(/\b[a-z]+_[a-z_0-9]+\b|\b[A-Z]{2,}_[A-Z_0-9]+\b/g) ?? [])
          assert.ok(chinese.includes(code), `${code} is not mentioned`);
    });

  it('say their title and what they are about', () => {
    const text = withComments(
      readFileSync(path.join(SAMPLES, 'first-handshake.ts'), 'utf8'),
      readFileSync(path.join(TRANSLATIONS, 'first-handshake.ts.txt'), 'utf8'),
    );
    assert.deepEqual(sampleTitle(text), {
      number: 1,
      title: '第一次握手',
      summary: '客户端的 connect() 如何变成一个在服务器全连接队列中等待的连接。',
    });
  });

  const SAMPLE = '/**\n * 1. One: two\n * lines\n */\ncode();\n  // aside\n  more(); // stays\n';
  it('fill the lines of the English ones', () => {
    assert.equal(
      withComments(SAMPLE, '1. 一：二\n---\n旁注\n'),
      '/**\n * 1. 一：二\n *\n */\ncode();\n  // 旁注\n  more(); // stays\n',
    );
  });
  it('are refused where there are too few, or one is too long', () => {
    assert.throws(() => withComments(SAMPLE, '一\n'), /2 comments have 1 translations/);
    assert.throws(() => withComments(SAMPLE, '一\n---\n二\n三\n'), /has 2 lines in place of 1/);
  });
});
