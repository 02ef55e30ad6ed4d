/**
 * Programs of this computer and of a machine talk to each other through its gateway: a real database, and real
 * clients. No part of them is ours.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { CLI, sockscope } from '../debug-adapter/support/commandLine.ts';
import { ROOT } from '../debug-adapter/support/paths.ts';
import { browserScript } from '../extension/support/scripts.ts';
import { freePort } from '../node/support/programs.ts';

const run = promisify(execFile);
const OURS = path.join(ROOT, 'test/outside/programs');
const SERVERS = path.join(ROOT, 'test/node/programs');

/** What is needed, and the Debian package that has it. */
const NEEDED = [
  ['redis-server', 'redis-server'],
  ['redis-cli', 'redis-tools'],
  ['psql', 'postgresql-client'],
  ['curl', 'curl'],
];

describe('programs of this computer and of a machine', function () {
  this.timeout(60_000);
  const running: ChildProcess[] = [];
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sockscope-outside-'));
    for (const [program, debian] of NEEDED)
      await run(program!, ['--version']).catch(() => {
        throw new Error(`these tests need ${program}: apt-get install ${debian}`);
      });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  /** Start a program; resolves when its output says so. */
  async function start(program: string, args: readonly string[], ready: string, env = {}): Promise<void> {
    const child = spawn(program, args, { env: { ...process.env, ...env }, cwd: folder });
    running.push(child);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes(ready)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`${program} ${args.join(' ')} has ended:\n${output}`)));
    });
  }
  /** A server on a machine. @returns the port that leads to it */
  async function serving(file: string, port: number): Promise<string> {
    const outer = String(await freePort());
    const env = { SERVER_HOST: '0.0.0.0', PORT: String(port) };
    await start(process.execPath, [CLI, 'run', file, '--port', `${outer}=${port}`], 'listening', env);
    return outer;
  }

  it("a program uses this computer's redis-server as it does in plain Node, to its end", async () => {
    const file = path.join(OURS, 'redis.client.mjs');
    const database = async () => {
      const port = String(await freePort());
      const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
      await start('redis-server', settings, 'Ready to accept connections');
      return port;
    };
    const there = await sockscope('run', file, '--outside', '--', 'host.internal', await database());
    const here = await run(process.execPath, [file, '127.0.0.1', await database()]);
    assert.equal(there.stderr, '');
    assert.match(there.stdout, /^PONG OK value\n[^]*\ntrue\npublished to 1 [^]*\nthe server has ended\n$/);
    assert.equal(there.stdout, here.stdout);
    assert.equal(there.code, 0);
  });

  it('psql asks a PostgreSQL server of a machine', async () => {
    const port = await serving(path.join(SERVERS, 'postgres.server.mjs'), 5432);
    const psql = (query: string) =>
      run('psql', ['-h', '127.0.0.1', '-p', port, '-U', 'user', '-d', 'db', '-AtX', '-c', query], {
        env: { ...process.env, PGSSLMODE: 'disable', PGGSSENCMODE: 'disable' },
      });
    assert.equal((await psql('SELECT name, age FROM people')).stdout, 'Ada|36\nAlan|41\n');
    const many = (await psql('SELECT generate_series(1, 5000) AS number')).stdout.trimEnd().split('\n');
    assert.deepEqual([many.length, many.at(-1)], [5000, '5000']);
    await assert.rejects(psql('DROP TABLE people'), /syntax error at or near "DROP"/);
  });

  it('redis-cli asks a Redis server of a machine', async () => {
    const port = await serving(path.join(SERVERS, 'resp.server.mjs'), 6379);
    const ask = async (...words: string[]) => (await run('redis-cli', ['-p', port, ...words])).stdout;
    assert.equal(await ask('SET', 'name', 'value'), 'OK\n');
    assert.equal(await ask('GET', 'name'), 'value\n');
  });

  it('a browser shows a page of a machine', async () => {
    const port = await serving(path.join(OURS, 'files.server.mjs'), 80);
    const { findBrowser } = await browserScript();
    const browser = await chromium.launch(await findBrowser());
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/page`);
      assert.equal(await page.title(), 'A page of a machine');
      // Its script asks the server for more.
      await page.getByText('GET /more by a script').waitFor();
    } finally {
      await browser.close();
    }
  });

  it('curl loads and stores 5 MB, and no byte is another', async () => {
    const port = await serving(path.join(OURS, 'files.server.mjs'), 80);
    const size = 5_000_000;
    // As the server makes them: no block is like another.
    const bytes = Buffer.from(
      Uint32Array.from({ length: size / 4 }, (_, i) => Math.imul(i, 2654435761)).buffer,
    );
    const file = path.join(folder, 'loaded');
    await run('curl', ['-sS', '-m', '30', '-o', file, `http://127.0.0.1:${port}/${size}`]);
    assert.ok(readFileSync(file).equals(bytes));
    writeFileSync(file, bytes);
    const { stdout } = await run('curl', ['-sS', '-m', '30', '-T', file, `http://127.0.0.1:${port}/`]);
    assert.equal(stdout, createHash('sha256').update(bytes).digest('hex'));
  });
});
