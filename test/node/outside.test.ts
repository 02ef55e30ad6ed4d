/** What would leave the machine unseen is refused with an error that names it, and the program goes on inside. */
import assert from 'node:assert/strict';
import { Files, sockscope } from '../debug-adapter/support/commandLine.ts';

const REPORT = `
const tries = async (name, act) => {
  try { console.log(name, 'did', await act()); }
  catch (error) { console.log(name, error.code ?? error.message); }
};
const happens = (emitter, event) => new Promise((resolve, reject) => {
  emitter.on(event, () => resolve(event)).on('error', reject);
});
`;

describe('Node programs: what is outside', () => {
  const files = new Files();
  /** What a program prints that tries one thing after the other. */
  async function print(source: string): Promise<string[]> {
    const { stdout, stderr, code } = await sockscope('run', files.scenario(REPORT + source, 'outside.mjs'));
    assert.equal(stderr, '');
    assert.equal(code, 0);
    return stdout.trimEnd().split('\n');
  }

  it('child processes, in each of the ways there are', async () => {
    const lines = await print(`
      import * as children from 'node:child_process';
      import cluster from 'node:cluster';
      import { promisify } from 'node:util';
      for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'])
        await tries(name, () => children[name]('true'));
      await tries('promisify', () => promisify(children.exec)('true'));
      await tries('cluster', () => cluster.fork());
      console.log(cluster.isPrimary, typeof cluster.on, typeof children.ChildProcess);
    `);
    const last = lines.pop();
    assert.equal(last, 'true function function');
    for (const line of lines) assert.match(line, /^\w+ (child_process|cluster)\.\w+\(\) would run outside/);
    assert.equal(lines.length, 9);
  });

  it('native add-ons that open sockets, and files that are watched', async () => {
    // Names as in a symbol table.
    files.scenario('zmq_socket\0', 'sockets.node');
    files.scenario('napi_create_async_work\0', 'threads.node');
    const { stdout, stderr } = await sockscope(
      'run',
      files.scenario(
        REPORT +
          `
          const fs = require('node:fs');
          (async () => {
            await tries('sockets', () => require('./sockets.node'));
            await tries('threads', () => require('./threads.node'));
            await tries('dlopen', () => process.dlopen({ exports: {} }, require.resolve('./sockets.node')));
            for (const act of [
              () => require('./sockets.node'),
              () => fs.watch('.'),
              () => fs.watchFile('.', () => {}),
              () => fs.promises.watch('.'),
            ])
              try { act(); } catch (error) { console.log(error.message); }
          })();
        `,
        'addons.cjs',
      ),
    );
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.splice(0, 3),
      ['sockets', 'threads', 'dlopen'].map((name) => `${name} ERR_DLOPEN_FAILED`),
    );
    const unseen =
      /sockets\.node: this native add-on would act outside of the machine, unseen \(it calls socket\(\)\)/;
    assert.match(lines.shift()!, unseen);
    for (const name of ['fs.watch', 'fs.watchFile', 'fs/promises.watch'])
      assert.ok(lines.shift()!.startsWith(`${name}() would follow what happens on the host`));
    assert.match(stderr, /threads\.node: this native add-on works in threads of the host/);
  });

  it('Unix domain sockets, and IPv6; what comes after them is in the machine', async () => {
    assert.deepEqual(
      await print(`
        import net from 'node:net';
        const server = () => net.createServer();
        await tries('connect unix', () => happens(net.connect('/tmp/nothing.sock'), 'connect'));
        await tries('listen unix', () => happens(server().listen('/tmp/nothing.sock'), 'listening'));
        await tries('connect v6', () => happens(net.connect(80, '::1'), 'connect'));
        await tries('listen v6', () => happens(server().listen(80, '::1'), 'listening'));
        const any = server();
        await tries('listen', () => happens(any.listen(80), 'listening'));
        console.log(any.address().address, process.pid);
        any.close();
      `),
      [
        'connect unix EAFNOSUPPORT',
        'listen unix EAFNOSUPPORT',
        'connect v6 EAFNOSUPPORT',
        'listen v6 EAFNOSUPPORT',
        'listen did listening',
        '0.0.0.0 100',
      ],
    );
  });
});
