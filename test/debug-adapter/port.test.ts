/** The adapter over TCP: several clients, each with a machine of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { ADAPTER, fixture } from './support/paths.ts';

describe('debug adapter: --port', () => {
  it('serves two clients at the same time', async () => {
    const server = spawn(process.execPath, [ADAPTER, '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const port = await new Promise<number>((resolve) =>
        server.stderr.on('data', (text: Buffer) =>
          resolve(Number(/127\.0\.0\.1:(\d+)/.exec(text.toString())?.[1])),
        ),
      );
      const run = async (stopOnEntry: boolean) => {
        const client = new DebugClient('node', ADAPTER, 'sockscope');
        client.defaultTimeout = 15_000;
        await client.start(port);
        await client.initializeRequest();
        const initialized = client.waitForEvent('initialized');
        const end = client.waitForEvent(stopOnEntry ? 'stopped' : 'terminated');
        await Promise.all([
          client.send('launch', { program: fixture('handshake'), stopOnEntry }),
          initialized,
        ]);
        await client.configurationDoneRequest();
        const { event } = await end;
        await client.stop();
        return event;
      };
      assert.deepEqual(await Promise.all([run(true), run(false)]), ['stopped', 'terminated']);
    } finally {
      server.kill('SIGKILL');
    }
  });
});
