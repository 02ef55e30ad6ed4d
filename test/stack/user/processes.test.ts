import assert from 'node:assert/strict';
import { boot, createLibrary, parseConfig, runProgram } from '../../../stack/index.ts';
import { function_process } from '../../../stack/user/program.ts';

type Sockscope = typeof import('sockscope');
type Main = (s: Sockscope) => Promise<void>;

/** Runs processes as a scenario's are run. @returns the errors that they threw */
async function run(mains: Record<string, Main>): Promise<unknown[]> {
  const machine = boot(parseConfig({}));
  const library = createLibrary(machine.world) as unknown as Sockscope;
  const processes = Object.entries(mains).map(([name, main]) => function_process(name, () => main(library)));
  const { failed } = await runProgram(machine.world, { processes });
  return failed.map(({ error }) => error);
}

describe('processes', () => {
  it('stay themselves when they await what another one settles', async () => {
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const pids: string[] = [];
    const errors = await run({
      server: async (s) => {
        await s.sleep(5);
        ready();
        pids.push(`server ${s.getpid()}`);
        await s.sleep(5);
        pids.push(`server ${s.getpid()}`);
      },
      client: async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await isReady;
        pids.push(`client ${s.getpid()}`);
        // The descriptor is this process's, and the sleep as well.
        assert.equal((await s.getsockname(fd)).port, 0);
        await s.sleep(1);
        pids.push(`client ${s.getpid()}`);
        await s.close(fd);
      },
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(pids, ['server 100', 'client 101', 'client 101', 'server 100']);
  });

  it('go on after a child has ended', async () => {
    const errors = await run({
      parent: async (s) => {
        const { pid, exited } = s.spawn('child', () => s.sleep(1));
        assert.equal((await exited).pid, pid);
        assert.notEqual(s.getpid(), pid);
        await s.sleep(1);
      },
    });
    assert.deepEqual(errors, []);
  });

  it('are followed through Promise.all, callbacks and async generators', async () => {
    const errors = await run({
      one: async (s) => {
        const own = s.getpid();
        async function* ticks() {
          for (let tick = 0; tick < 3; tick++) {
            await s.sleep(1);
            yield s.getpid();
          }
        }
        for await (const pid of ticks()) assert.equal(pid, own);
        await Promise.all([s.sleep(2), s.sleep(1).then(() => assert.equal(s.getpid(), own))]);
        await new Promise<void>((resolve) => queueMicrotask(resolve));
        assert.equal(s.getpid(), own);
      },
      two: async (s) => {
        const own = s.getpid();
        for (let i = 0; i < 5; i++) {
          await s.sleep(1);
          assert.equal(s.getpid(), own);
        }
      },
    });
    assert.deepEqual(errors, []);
  });
});
