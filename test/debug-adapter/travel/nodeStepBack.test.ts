/** Steps back in Node programs: from uncaught errors, and from what the library has called. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UNCAUGHT_FILTER } from '../../../debug-adapter/filters/all.ts';
import { withAdapter, type Adapter, type Stopped } from '../support/adapter.ts';

const HANDLERS = `import net from 'node:net';
const server = net.createServer((socket) => {
  socket.on('data', (data) => {
    const text = String(data).toUpperCase();
    socket.write(text);
  });
});
server.listen(8080, '127.0.0.1', () => {
  const socket = net.connect(8080, '127.0.0.1');
  socket.on('connect', function connected() {
    const greeting = 'hello';
    socket.write(greeting);
  });
  socket.on('data', function received(data) {
    const n = data.length;
    setTimeout(function later() {
      console.log('got ' + n);
      socket.end();
      server.close();
    }, 5);
  });
});
`;

/** What has thrown in a callback or a module, and the lines of the two steps back. */
const THROWN: Record<string, { text: string; back: string[] }> = {
  'a named function': {
    text: `function f(n) {\n  let a = n;\n  a++;\n  throw new Error('x' + a);\n}\nsetTimeout(f, 1, 5);\n`,
    back: ['f:4', 'f:3'],
  },
  'an arrow function': {
    text: `setTimeout((n) => {\n  let a = n;\n  a++;\n  throw new Error('x' + a);\n}, 1, 5);\n`,
    back: ['(anonymous):4', '(anonymous):3'],
  },
  'an arrow function in one line': {
    text: `const later = (n) => n + 1;\nsetTimeout((n) => { throw new Error('x' + later(n)); }, 1, 5);\n`,
    back: ['(anonymous):2'],
  },
  'a method': {
    text: `class C {\n  m(n) {\n    let a = n;\n    a++;\n    throw new Error('x' + a);\n  }\n}\nconst c = new C();\nsetTimeout(() => c.m(5), 1);\n`,
    back: ['m:5', 'm:4'],
  },
  'a module': {
    text: `let a = 1;\nawait new Promise((r) => setTimeout(r, 1));\na++;\nthrow new Error('x' + a);\n`,
    back: ['(module):4', '(module):3'],
  },
  'a function that has awaited': {
    text: `async function g() {\n  let a = 1;\n  await new Promise((r) => setTimeout(r, 1));\n  a++;\n  throw new Error('x' + a);\n}\nawait g();\n`,
    back: ['g:5', 'g:4'],
  },
  'a function that calls itself': {
    text: `function f(n) {\n  if (n > 0) f(n - 1);\n  else throw new Error('x');\n}\nsetTimeout(f, 1, 3);\n`,
    back: ['f:3', 'f:2'],
  },
};

describe('debug adapter: a step back in a Node program', () => {
  let folder: string;
  let program: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-node-back-'));
    program = path.join(folder, 'program.mjs');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function back(adapter: Adapter): Promise<string> {
    const { length } = adapter.output;
    const { reason } = (await adapter.go('stepBack')) as Stopped;
    const said = adapter.output.slice(length).map(({ text }) => text);
    assert.equal(reason, 'step', said.join(''));
    const [top] = await adapter.stack();
    return `${top!.name}:${top!.line}`;
  }

  for (const [of, { text, back: lines }] of Object.entries(THROWN))
    it(`from an error of ${of} leads to where it was thrown, and before`, async () => {
      await writeFile(program, text);
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () =>
          adapter.request('setExceptionBreakpoints', { filters: [UNCAUGHT_FILTER] }),
        );
        assert.equal(((await adapter.stopped()) as Stopped).reason, 'exception');
        for (const line of lines) assert.equal(await back(adapter), line);
      });
    });

  const FIRST_LINES = [
    { line: 4, before: '(anonymous):3', of: 'the handler of an event' },
    { line: 17, before: 'received:16', of: 'the callback of a timer' },
  ];
  for (const { line, before: expected, of } of FIRST_LINES)
    it(`from the first line of ${of} leads to what the program ran before`, async () => {
      await writeFile(program, HANDLERS);
      await withAdapter(async (adapter) => {
        await adapter.launch({ program }, () =>
          adapter.request('setBreakpoints', { source: { path: program }, breakpoints: [{ line }] }),
        );
        await adapter.stopped();
        assert.equal(await back(adapter), expected);
      });
    });
});
