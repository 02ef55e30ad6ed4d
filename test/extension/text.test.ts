// What the extension reads out of source text, without VS Code.
import { english } from '../../language/message.ts';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { functionStart, mentions } from '../../extension/editor/sourceText.ts';
import { sampleTitle, withTypes } from '../../extension/scenario/sampleText.ts';
import {
  configurationNaming,
  parseLaunchFile,
  programFiles,
  withAbsolutePaths,
} from '../../extension/scenario/launchFile.ts';
import { isProgramFile, networkLine } from '../../extension/scenario/nodeProgramText.ts';
import { breakOnText } from '../../extension/breakOnText.ts';
import { isScenario, processesOf } from '../../extension/scenario/scenarioText.ts';
import { shortTime } from '../../extension/shortTime.ts';
import { nodeSample, nodeSampleFolders, sampleFiles, samplePath } from '../support/samples.ts';

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

describe("a Node program's text", () => {
  it('shows where it listens', () => {
    for (const text of [
      `server.listen(8080);`,
      `server\n  .listen(\n 80)`,
      `app.listen(port, () => {})`,
      `app.listen(config.PORT)`,
      `app.listen(process.env.PORT ?? 80)`,
      `await fastify.listen({ port: 3000 })`,
      `export const app = express();`,
      `const server = net.createServer((socket) => {});`,
    ])
      assert.notEqual(networkLine(text), undefined, text);
    assert.equal(
      networkLine(`import http from 'node:http';\nconst s = http.createServer();\n\ns.listen(80);`),
      3,
      'listening tells more than the creation of what listens',
    );
  });

  it('shows where it connects, if it does not listen', () => {
    for (const text of [
      `http.get('http://greeter/', () => {});`,
      `https.request(options)`,
      `const socket = net.connect(80);`,
      `tls.connect({ port: 443 })`,
      `const socket = new WebSocket('ws://localhost');`,
    ])
      assert.equal(networkLine(`// one\n${text}`), 1, text);
  });

  it('shows nothing in a scenario, and in what only looks like it', () => {
    for (const text of [
      `import { socket } from 'sockscope';\nserver.listen(80);`,
      `// server.listen(80);`,
      `/* http.get('x') */`,
      `bus.listen((event) => {});`,
      `emitter.listen('data', handler);`,
      `map.get(key);`,
    ])
      assert.equal(networkLine(text), undefined, text);
  });

  it('is in a file that Node runs, and in no package', () => {
    for (const file of ['/a/server.js', '/a/server.mjs', '/a/b.cjs', '/a/b.ts', '/a/b.mts'])
      assert.ok(isProgramFile(file), file);
    for (const file of [
      '/a/types.d.ts',
      '/a/x.d.mts',
      '/a/node_modules/express/index.js',
      '/a/b.tsx',
      '/a/b',
    ])
      assert.ok(!isProgramFile(file), file);
  });
});

describe('a launch.json', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-launch-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (place: string, configurations: object[], comment = '') => {
    mkdirSync(path.join(folder, place, '.vscode'), { recursive: true });
    writeFileSync(
      path.join(folder, place, '.vscode/launch.json'),
      `{ ${comment}"configurations": ${JSON.stringify(configurations)} }`,
    );
  };
  const one = (attributes: object) => ({
    type: 'sockscope',
    request: 'launch',
    name: 'One',
    ...attributes,
  });

  it('may have comments and commas at the ends, but not inside of texts', () => {
    const text = `{
      // a comment
      "configurations": [
        { "type": "a", "request": "launch", "name": "b // c", /* d */ "args": ["e,]", "/* f */"], },
        "not a configuration",
      ],
    }`;
    assert.deepEqual(parseLaunchFile(text), [
      { type: 'a', request: 'launch', name: 'b // c', args: ['e,]', '/* f */'] },
    ]);
  });

  it('names programs one by one, or several', () => {
    assert.deepEqual(programFiles({ program: 'a.js' }), ['a.js']);
    assert.deepEqual(programFiles({ programs: ['a.js', { program: 'b.js' }, 7, {}] }), ['a.js', 'b.js']);
    assert.deepEqual(programFiles({ program: 7 }), []);
    assert.deepEqual(programFiles({}), []);
  });

  it("has paths that refer to its folder, and a program's to its working directory", () => {
    const given = { cwd: 'work', programs: ['a.js', { program: 'b.js', cwd: '/else' }], pcap: 'p.pcapng' };
    assert.deepEqual(withAbsolutePaths(given, '/ws'), {
      cwd: '/ws/work',
      programs: ['/ws/work/a.js', { program: '/else/b.js', cwd: '/else' }],
      pcap: '/ws/p.pcapng',
    });
    assert.deepEqual(withAbsolutePaths({ program: 'a.js' }, '/ws'), { program: '/ws/a.js', cwd: '/ws' });
  });

  it('in the nearest folder above a program is the one that counts, when it names the program', () => {
    write('', [one({ name: 'Outer', program: '${workspaceFolder}/near/server.js' })]);
    write('near', [
      one({ type: 'node', name: 'Other debugger', program: '${workspaceFolder}/server.js' }),
      one({ name: 'Open file', program: '${file}' }),
      one({ name: 'Both', programs: [{ program: 'server.js' }, '${workspaceFolder}/src/client.js'] }),
    ]);
    const named = (file: string, root?: string) =>
      configurationNaming(path.join(folder, file), 'sockscope', root)?.name;
    assert.equal(named('near/server.js'), 'Both');
    assert.equal(named('near/src/client.js'), 'Both');
    assert.equal(named('near/other.js'), undefined);
    assert.deepEqual(configurationNaming(path.join(folder, 'near/server.js'), 'sockscope')?.['programs'], [
      { program: path.join(folder, 'near/server.js') },
      path.join(folder, 'near/src/client.js'),
    ]);
    write('near', [], '"broken": ');
    assert.equal(named('near/server.js'), 'Outer', 'what cannot be read names nothing');
    assert.equal(named('near/server.js', path.join(folder, 'near')), undefined, 'outside of the workspace');
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
    const files = sampleFiles().map((file) => [file, samplePath(file.replace(/\.ts$/, ''))] as const);
    const folders = nodeSampleFolders().map((name) => [name, nodeSample(name).client] as const);
    const titles = [...files, ...folders].map(([file, place]) => {
      const title = sampleTitle(readFileSync(place, 'utf8'));
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
    assert.equal(breakOnText({}, english), undefined);
    assert.deepEqual(breakOnText({ packetSent: 'syn && ack' }, english), {
      short: 'Packet sent: syn && ack',
      lines: ['Packet sent, when syn && ack'],
    });
    assert.deepEqual(
      breakOnText({ packetDropped: '', transition: 'SYN_RECV -> ESTABLISHED && port == 8080' }, english),
      {
        short: 'TCP state transition: SYN_RECV -> ESTABLISHED… +1',
        lines: ['TCP state transition, when SYN_RECV -> ESTABLISHED && port == 8080', 'Packet dropped'],
      },
    );
  });
});
