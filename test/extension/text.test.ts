// What the extension reads out of source text, without VS Code.
import assert from 'node:assert/strict';
import { functionStart, mentions } from '../../extension/editor/sourceText.ts';
import { isScenario, processesOf } from '../../extension/scenario/scenarioText.ts';

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
