// What the extension reads out of source text, without VS Code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { functionStart, mentions } from '../../extension/editor/sourceText.ts';
import { sampleTitle, withTypes } from '../../extension/scenario/sampleText.ts';
import { breakOnText } from '../../extension/breakOnText.ts';
import { isScenario, processesOf } from '../../extension/scenario/scenarioText.ts';
import { shortTime } from '../../extension/shortTime.ts';
import { sampleFiles, samplePath } from '../support/samples.ts';

describe("a scenario's text", () => {
  it('is one when it imports the module, in any of the ways there are', () => {
    for (const text of [
      `import { socket } from 'sockscope';`,
      `import {\n  socket,\n} from "sockscope"`,
      `import * as s from 'sockscope'`,
      `import 'sockscope';`,
      `const s = await import('sockscope');`,
    ])
      assert.ok(isScenario(text), text);
  });

  it('is none when it only speaks of it', () => {
    for (const text of [
      `// import { socket } from 'sockscope';`,
      `/*\n import { socket } from 'sockscope';\n*/`,
      `import { socket } from 'sockscope-extras';`,
      `const name = 'sockscope';`,
      // Scenarios are modules: there is no require().
      `const { socket } = require('sockscope');`,
    ])
      assert.ok(!isScenario(text), text);
  });

  it('tells its processes and their lines', () => {
    const text = [
      `import { socket } from 'sockscope'; // export async function no() {}`,
      `export async function server() {`,
      `}`,
      `async function helper() {}`,
      `export function notAsync() {}`,
      `export const client = async () => {};`,
      `/* export async function commented() {} */`,
      // A process is named as it is exported: the default export has no name.
      `export default async function third(): Promise<void> {}`,
    ].join('\n');
    assert.deepEqual(processesOf(text), [
      { name: 'server', line: 1 },
      { name: 'client', line: 5 },
    ]);
  });
});

describe('inline values', () => {
  const source = [
    `/** Doc of sk. */`,
    `export function* tcp_v4_connect(sk: tcp_sock, uaddr: sockaddr_in | null): Sleeps<number> {`,
    `  const inet = inet_sk(sk); // sk.comment`,
    `  let daddr: be32 = uaddr.sin_addr;`,
    `  if (inet.inet_opt && flags(daddr)) return -EINVAL;`,
    `  tcp_set_state(sk, 'sk.string');`,
    `}`,
  ];

  it('begin at the function in which it stopped', () => {
    assert.equal(functionStart(source, 4), 1);
    assert.equal(functionStart(['  foo(', ') {'], 1), 0);
  });

  it('are names and member chains, not types, callees, comments or strings', () => {
    const found = mentions(source, 1, 5).map(({ line, column, expression }) => {
      assert.equal(source[line]?.slice(column, column + expression.length), expression);
      return `${line} ${expression}`;
    });
    assert.deepEqual(found, [
      '1 sk',
      '1 uaddr',
      '2 inet',
      '2 sk',
      '3 daddr',
      '3 uaddr.sin_addr',
      '4 inet.inet_opt',
      '4 daddr',
      '4 EINVAL',
      '5 sk',
    ]);
  });
});

describe("a sample's text", () => {
  it('says its place in the order of learning, its title and what it is about', () => {
    assert.deepEqual(
      sampleTitle('/**\n * 4. A lost SYN: the first\n * one never arrives. Later more.\n *\n * Look\n */\n'),
      {
        number: 4,
        title: 'A lost SYN',
        summary: 'the first one never arrives. Later more.',
      },
    );
    assert.deepEqual(sampleTitle('/**\r\n * 12. Ping.\r\n */'), { number: 12, title: 'Ping', summary: '' });
    for (const text of ['', '// 1. No: comment', '/**\n * No number: here\n */', 'x\n/**\n * 1. A: b\n */'])
      assert.equal(sampleTitle(text), undefined, text);
  });

  it('all samples are numbered, without a gap; the queue that overflows comes second', () => {
    const titles = sampleFiles().map((file) => {
      const title = sampleTitle(readFileSync(samplePath(file.replace(/\.ts$/, '')), 'utf8'));
      assert.ok(title !== undefined && title.summary !== '', `${file} has no title`);
      return { file, number: title.number };
    });
    titles.sort((one, other) => one.number - other.number);
    assert.deepEqual(
      titles.map(({ number }) => number),
      titles.map((_, index) => index + 1),
    );
    assert.deepEqual(
      titles.slice(0, 2).map(({ file }) => file),
      ['first-handshake.ts', 'accept-queue-overflow.ts'],
    );
  });

  it('names the types after its comment, where a reference still counts', () => {
    assert.equal(
      withTypes("/**\n * 1. A: b\n */\nimport 'sockscope';\n", 'sockscope.d.ts'),
      `/**\n * 1. A: b\n */\n/// <reference path="./sockscope.d.ts" />\nimport 'sockscope';\n`,
    );
    assert.equal(withTypes('code\n', 'x.d.ts'), '/// <reference path="./x.d.ts" />\ncode\n');
  });
});

describe('a moment', () => {
  it('has six digits, and nine where they say something', () => {
    assert.equal(shortTime('0.000050000'), '0.000050');
    assert.equal(shortTime('12.000050001'), '12.000050001');
    assert.equal(shortTime('0.000000000'), '0.000000');
  });
});

describe('what a machine stops on', () => {
  it('is short in the status bar: the first kind with its condition, and how many more there are', () => {
    assert.equal(breakOnText({}), undefined);
    assert.deepEqual(breakOnText({ packetSent: 'syn && ack' }), {
      short: 'Packet sent: syn && ack',
      lines: ['Packet sent, when syn && ack'],
    });
    assert.deepEqual(
      breakOnText({ packetDropped: '', transition: 'SYN_RECV -> ESTABLISHED && port == 8080' }),
      {
        short: 'TCP state transition: SYN_RECV -> ESTABLISHED… +1',
        lines: ['TCP state transition, when SYN_RECV -> ESTABLISHED && port == 8080', 'Packet dropped'],
      },
    );
  });
});
