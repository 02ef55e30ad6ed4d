/** Programs of every form load and run the same way from the command line and in the debugger. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withAdapter } from './support/adapter.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const CLI = path.join(root, 'dist/debug-adapter/cli/main.js');

interface Form {
  /** What is right about it. */
  does: string;
  /** By name; `main.ts` is what runs unless `main` says otherwise. */
  files: Record<string, string>;
  main?: string;
  /** Links to files, by their names. */
  links?: Record<string, string>;
  /** What it prints, to stdout or as an error. */
  prints: string | RegExp;
  code?: number;
}

const FORMS: Form[] = [
  {
    does: "imports Node's modules",
    files: {
      'main.ts': `import path from 'node:path';\nimport { basename } from 'path';\nexport async function p() { console.log(path.join('a', 'b'), basename('/x/y')); }`,
    },
    prints: 'a/b y\n',
  },
  {
    does: 'reads a file and stays its process: the world waits for the answer',
    files: {
      'content.txt': 'twelve bytes',
      'main.ts': `import { readFile } from 'node:fs/promises';
import { AF_INET, getpid, SOCK_STREAM, socket, sleep } from 'sockscope';
export async function reader() {
  const before = performance.now();
  const text = await readFile(new URL('content.txt', import.meta.url), 'utf8');
  console.log(text, getpid(), await socket(AF_INET, SOCK_STREAM), performance.now() - before);
}
export async function other() { for (let i = 0; i < 3; i++) await sleep(10); }`,
    },
    prints: 'twelve bytes 100 3 0\n',
  },
  {
    does: 'reads by callback, by open files, and at once',
    files: {
      'content.txt': 'abc',
      'main.ts': `import fs, { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { getpid, sleep } from 'sockscope';
const file = new URL('content.txt', import.meta.url);
export async function reader() {
  await new Promise<void>((resolve) => fs.readFile(file, 'utf8', (error, text) => { console.log('callback', text, getpid()); resolve(); }));
  const handle = await open(file);
  console.log('handle', String((await handle.read(Buffer.alloc(3), 0, 3, 0)).buffer), getpid());
  await handle.close();
  console.log('sync', readFileSync(file, 'utf8'), fs.existsSync('/no/such/file'));
  console.log('promisified', String(await promisify(fs.readFile)(file)), getpid());
  await sleep(1);
  await fs.promises.readFile('/no/such/file').catch((error) => console.log(error.code, error instanceof Error));
}`,
    },
    prints: 'callback abc 100\nhandle abc 100\nsync abc false\npromisified abc 100\nENOENT true\n',
  },
  {
    does: 'imports a module while it runs and stays its process',
    files: {
      'later.ts': 'export const later: number = 42;',
      'main.ts': `import { getpid, sleep } from 'sockscope';
export async function p() {
  const { later } = await import('./later.ts');
  await sleep(1);
  console.log(later, getpid());
}`,
    },
    prints: '42 100\n',
  },
  {
    does: 'fails when it throws after the host has answered',
    files: {
      'main.ts': `import { readFile } from 'node:fs/promises';\nexport async function p() {\n  await readFile(new URL(import.meta.url));\n  throw new Error('after reading');\n}`,
    },
    prints: /after reading[\s\S]*main\.ts:4/,
    code: 1,
  },
  {
    does: 'ends a process by a rejection that it does not handle, and goes on with the others',
    files: {
      'main.ts': `import { sleep } from 'sockscope';
export async function careless() {
  void Promise.reject(new Error('not handled'));
  await sleep(10);
  console.log('never');
}
export async function other() { await sleep(20); console.log('other goes on'); }`,
    },
    prints:
      /^(?=[\s\S]*careless \W*pid 100\W* \w+: Error: not handled\n[\s\S]*main\.ts:3:)(?=[\s\S]*other goes on)(?![\s\S]*never)/,
    code: 1,
  },
  {
    does: 'fails by a rejection that it does not handle, though its function returns at once',
    files: { 'main.ts': `export async function p() {\n  void Promise.reject(new Error('too late'));\n}` },
    prints: /Error: too late\n[\s\S]*main\.ts:2:/,
    code: 1,
  },
  {
    does: 'ends a process by what its timer throws',
    files: {
      'main.ts': `import { sleep } from 'sockscope';
export async function p() {
  setTimeout(() => { throw new Error('in a timer'); }, 5);
  await sleep(10);
  console.log('never');
}`,
    },
    prints: /^(?=[\s\S]*Error: in a timer\n[\s\S]*main\.ts:3:)(?![\s\S]*never)/,
    code: 1,
  },
  {
    does: 'waits for what it has begun on the host by itself',
    files: {
      'content.txt': 'streamed',
      'main.ts': `import { createReadStream } from 'node:fs';
import { getpid } from 'sockscope';
export async function p() {
  let text = '';
  for await (const part of createReadStream(new URL('content.txt', import.meta.url))) text += part;
  console.log(text, getpid());
}`,
    },
    prints: 'streamed 100\n',
  },
  {
    does: "imports the library and Node's modules while it runs",
    files: {
      'main.ts': `export async function p() {
  const { getpid } = await import('sockscope');
  const { basename } = await import('node:path');
  console.log(getpid(), basename('/a/b'));
}`,
    },
    prints: '100 b\n',
  },
  {
    does: 'imports JSON',
    files: {
      'data.json': '{ "port": 8080 }',
      'main.ts': `import data from './data.json' with { type: 'json' };\nexport async function p() { console.log(data.port); }`,
    },
    prints: '8080\n',
  },
  {
    does: 'says where JSON is broken',
    files: {
      'data.json': '{ "port": }',
      'main.ts': `import data from './data.json' with { type: 'json' };\nexport async function p() { console.log(data); }`,
    },
    prints: /data\.json: is no JSON: /,
    code: 1,
  },
  {
    does: "finds packages from the program's folder",
    files: {
      'node_modules/greeting/package.json':
        '{ "name": "greeting", "type": "module", "exports": "./index.js" }',
      'node_modules/greeting/index.js': "export const hello = 'hello from a package';",
      'main.ts': `import { hello } from 'greeting';\nexport async function p() { console.log(hello); }`,
    },
    prints: 'hello from a package\n',
  },
  {
    does: "takes './x.js' for x.ts where that stands",
    files: {
      'x.ts': 'export const x: string = "typed";',
      'main.ts': `import { x } from './x.js';\nexport async function p() { console.log(x); }`,
    },
    prints: 'typed\n',
  },
  {
    does: 'says which ending is missing, and where',
    files: {
      'helper.ts': 'export const one = 1;',
      'main.ts': `\nimport { one } from './helper';\nexport async function p() { console.log(one); }`,
    },
    prints:
      /main\.ts:2:21: cannot import '\.\/helper': there is no such file: did you mean '\.\/helper\.ts'\?/,
    code: 1,
  },
  {
    does: 'runs a default export, by its own name or that of the file',
    files: { 'server.ts': `export default async () => console.log('ran');` },
    main: 'server.ts',
    prints: 'ran\n',
  },
  {
    does: 'says what to write instead of an enum, with its place',
    files: { 'main.ts': `export async function p() {}\n\n  enum Color { red }\n` },
    prints: /main\.ts:3:\d+: .*enum.*const object/i,
    code: 1,
  },
  {
    does: 'says what to write instead of parameter properties',
    files: {
      'main.ts': `class A {\n  constructor(private x: number) {}\n}\nexport async function p() { new A(1); }`,
    },
    prints: /main\.ts:2:\d+: .*parameter propert.*declare the field/i,
    code: 1,
  },
  {
    does: 'says where a decorator is, and what to write instead',
    files: {
      'main.ts': `// Not here: a@b\nconst mail = 'a@b';\nconst sealed = (c: unknown) => c;\n  @sealed\nclass A {}\nexport async function p() { console.log(mail, new A(), sealed(1)); }`,
    },
    prints: /main\.ts:4:3: .*: Node has no decorators: call the function after the class instead/,
    code: 1,
  },
  {
    does: 'says where a name is imported that there is not',
    files: {
      'main.ts': `import {\n  AF_INET,\n  AF_INETT,\n} from 'sockscope';\nexport async function p() { console.log(AF_INET, AF_INETT); }`,
    },
    prints: /main\.ts:3:3: .*'sockscope' does not provide an export named 'AF_INETT'/,
    code: 1,
  },
  {
    does: 'waits for what the host computes in a thread, and calls back about',
    files: {
      'main.ts': `import { pbkdf2 } from 'node:crypto';
import { gzip } from 'node:zlib';
import { getpid } from 'sockscope';
export async function p() {
  const key = await new Promise<Buffer>((resolve, reject) =>
    pbkdf2('a', 'b', 50_000, 16, 'sha512', (error, bytes) => (error ? reject(error) : resolve(bytes))));
  const zipped = await new Promise<Buffer>((resolve, reject) =>
    gzip('text', (error, bytes) => (error ? reject(error) : resolve(bytes))));
  console.log(key.length, zipped.length > 0, getpid(), performance.now());
  const { port1, port2 } = new MessageChannel();
  const message = new Promise((resolve) => port1.on('message', resolve));
  port2.postMessage('by a channel');
  console.log(await message);
  port1.close();
  const signal = AbortSignal.timeout(20);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  console.log(performance.now(), signal.reason.name);
}`,
    },
    prints: '16 true 100 0\nby a channel\n20 TimeoutError\n',
  },
  {
    does: 'refuses threads of the host',
    files: {
      'main.ts': `import { Worker } from 'node:worker_threads';\nexport async function p() { new Worker('', { eval: true }); }`,
    },
    prints: /worker_threads\.Worker would run outside of the machine/,
    code: 1,
  },
  {
    does: 'takes a module that is reached by a link for the same module',
    files: {
      'real.ts': `export class A {}`,
      'main.ts': `import { A } from './link.ts';\nimport { A as B } from './real.ts';\nexport async function p() { console.log(A === B); }`,
    },
    links: { 'link.ts': 'real.ts' },
    prints: 'true\n',
  },
  {
    does: 'tells what its top-level code writes, in order, and as what',
    files: {
      'main.ts': `console.log('top');\nexport async function p() { console.log('one'); process.stdout.write('two\\n'); console.log('three'); }`,
    },
    prints: 'top\none\ntwo\nthree\n',
  },
  {
    does: 'has the exit code that it has set',
    files: { 'main.ts': `export async function p() { process.exitCode = 5; }` },
    prints: '',
    code: 5,
  },
  {
    does: 'goes on after a fetch() that fails',
    files: {
      'main.ts': `export async function p() {
  await fetch('http://127.0.0.1:1').catch((error: Error) => console.log(error.message));
  performance.mark('here');
  console.log(performance.getEntriesByName('here').length);
}`,
    },
    prints: 'fetch failed\n1\n',
  },
  {
    does: 'cannot end the debugger by a signal',
    files: { 'main.ts': `export async function p() { process.kill(process.pid, 'SIGTERM'); }` },
    prints: /process\.kill\(\) would end the whole machine, not this process/,
    code: 1,
  },
  {
    does: 'says where its top-level code waits for ever',
    files: { 'main.ts': `export async function p() {}\n\nawait new Promise(() => {});` },
    prints: /main\.ts: its top-level await waits for something that never comes/,
    code: 1,
  },
  {
    does: 'says where V8 finds a syntax error',
    files: { 'main.ts': `export async function p() {}\nlet a = 1;\n let a = 2;` },
    prints: /main\.ts:3:6: Identifier 'a' has already been declared/,
    code: 1,
  },
  {
    does: "has the world's timers and chance, also by Node's modules",
    files: {
      'main.ts': `import { setTimeout as wait } from 'node:timers/promises';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
export async function p() {
  await wait(3_600_000);
  console.log(performance.now(), randomBytes(4).length, randomInt(1, 2), randomUUID().length);
}`,
    },
    prints: '3600000 4 1 36\n',
  },
  {
    does: "has the world's chance in the global crypto, the same in each run",
    files: {
      'main.ts': `export async function p() {
  console.log(crypto.randomUUID(), crypto.getRandomValues(new Uint16Array(3)).join());
  try { crypto.getRandomValues(new Float32Array(1)); } catch (error) { console.log(error.name); }
}`,
    },
    prints: '7e0e5648-b0a3-4e41-9af2-bcbc7ffc3774 61477,39500,18367\nTypeMismatchError\n',
  },
  {
    does: 'runs two hosts on one wire',
    files: {
      'main.ts': `import { accept, AF_INET, bind, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';
export const network = { hosts: { server: { address: '10.0.0.1/24' }, client: { address: '10.0.0.2/24' } } };
const address = { address: '10.0.0.1', port: 80 };
export async function server() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await bind(fd, address);
  await listen(fd);
  const peer: { address?: string } = {};
  const child = await accept(fd, peer);
  console.log(peer.address, String(Buffer.from(await recv(child))));
}
export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, address);
  await send(fd, 'hello');
}`,
    },
    prints: '10.0.0.2 hello\n',
  },
  {
    does: 'says what is wrong with its hosts',
    files: {
      'main.ts': `export const network = { hosts: { a: { address: '10.0.0.1' } } };\nexport async function p() {}`,
    },
    prints:
      /main\.ts: network\.hosts\.a\.address must be an address with its prefix, such as '10\.0\.0\.1\/24'/,
    code: 1,
  },
  {
    does: 'may not make system calls outside of its processes',
    files: {
      'main.ts': `import { sleep } from 'sockscope';\nawait sleep(5);\nexport async function p() {}`,
    },
    prints: /sleep\(\) was called outside of every process: call it inside of an exported async function/,
    code: 1,
  },
  {
    does: 'says that a host has no process',
    files: {
      'main.ts': `export const network = { hosts: { p: { address: '10.0.0.1/24' }, nosuch: { address: '10.0.0.2/24' } } };\nexport async function p() {}`,
    },
    prints: /main\.ts: network\.hosts\.nosuch has no process: export an async function of that name/,
    code: 1,
  },
];

describe('programs', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-programs-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write({ files, links = {}, main = 'main.ts' }: Form, number: number): string {
    const place = path.join(folder, String(number));
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(place, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    for (const [name, target] of Object.entries(links))
      if (!existsSync(path.join(place, name))) symlinkSync(target, path.join(place, name));
    return path.join(place, main);
  }

  FORMS.forEach((form, number) => {
    const { does, prints, code = 0 } = form;
    const check = (said: string, exitCode: number | null) => {
      if (typeof prints === 'string') assert.equal(said, prints);
      else assert.match(said, prints);
      assert.equal(exitCode, code, said);
    };

    it(`${does}: from the command line`, async () => {
      const child = spawn(process.execPath, [CLI, 'run', write(form, number)]);
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      child.stderr.on('data', (text: Buffer) => (said += text.toString()));
      await new Promise((resolve) => child.on('close', resolve));
      check(said, child.exitCode);
    });

    // The loader is the same: what differs is how a place and an exit code are told.
    const [, line] = /main\.ts:(\d+)/.exec(String(prints).replaceAll('\\', '')) ?? [];
    if (line === undefined && code === 0) return;
    it(`${does}: in the debugger`, () =>
      withAdapter(async (adapter) => {
        const exited = adapter.client.waitForEvent('exited', 15_000);
        await adapter.launch({ program: write(form, number) }, (client) =>
          client.request('setExceptionBreakpoints', { filters: [] }),
        );
        const { body } = (await exited) as { body: { exitCode: number } };
        const said = adapter.output.filter(({ category }) => category === 'stdout' || category === 'stderr');
        check(said.map(({ text }) => text).join(''), body.exitCode);
        // What has a place in words has it for the editor, too.
        if (line !== undefined) assert.ok(said.some((one) => one.line === Number(line)));
      }));
  });
});
