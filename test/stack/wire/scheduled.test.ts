import assert from 'node:assert/strict';
import { parseFaults } from '../../../stack/fault_config.ts';
import { boot, createLibrary, parseConfig, runProgram } from '../../../stack/index.ts';
import { schedule_faults } from '../../../stack/user/faults.ts';
import { function_process } from '../../../stack/user/program.ts';
import { Link } from '../support/link.ts';

/** The order in which ten frames arrive. */
function arrivals(...faults: unknown[]): string {
  const link = new Link({ latency: 10_000 });
  const given = parseFaults(faults, ['faults']).filter((fault) => fault.kind !== 'kill');
  link.wire.scheduled.schedule(given);
  link.sendNumbered(10);
  link.settle();
  return link.receivedNumbers.join(' ');
}

describe('wire: scheduled faults', () => {
  it('happen to the frame that has the number, counted from 1', () => {
    const link = 'lo';
    assert.equal(arrivals(), '0 1 2 3 4 5 6 7 8 9');
    assert.equal(arrivals({ kind: 'loss', link, frame: 3 }), '0 1 3 4 5 6 7 8 9');
    assert.equal(arrivals({ kind: 'dup', link, frame: 3 }), '0 1 2 2 3 4 5 6 7 8 9');
    assert.equal(arrivals({ kind: 'delay', link, frame: 3, delay: '2ms' }), '0 1 3 4 5 6 7 8 9 2');
    assert.equal(arrivals({ kind: 'reorder', link, frame: 3 }), '0 1 3 2 4 5 6 7 8 9');
  });
  it('of one frame, and of its neighbours, go together', () => {
    const link = 'lo';
    assert.equal(
      arrivals({ kind: 'reorder', link, frame: 3 }, { kind: 'reorder', link, frame: 4 }),
      '0 1 4 2 3 5 6 7 8 9',
    );
    assert.equal(
      arrivals({ kind: 'dup', link, frame: 3 }, { kind: 'delay', link, frame: 3, delay: 1000 }),
      '0 1 3 4 5 6 7 8 9 2 2',
    );
  });
  it('a frame that none overtakes arrives all the same', () => {
    assert.equal(arrivals({ kind: 'reorder', link: 'lo', frame: 10 }), '0 1 2 3 4 5 6 7 8 9');
  });

  it('are refused where they cannot be meant, with the place and what is possible', () => {
    const refused = (faults: unknown): string => {
      try {
        const { world } = boot(parseConfig({ faults }, 'launch'));
        schedule_faults(world, ['launch', 'faults']);
        return 'taken';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const loss = { kind: 'loss', link: 'lo', frame: 1 };
    assert.equal(refused([loss]), 'taken');
    assert.match(refused({}), /^launch\.faults must be a list such as \[.*\], got /);
    assert.equal(
      refused([loss, { kind: 'los' }]),
      'launch.faults[1].kind must be one of loss, reorder, dup, delay, kill, got "los"',
    );
    assert.equal(
      refused([{ ...loss, delay: '2ms' }]),
      'launch.faults[0].delay is not known: use one of kind, link, frame',
    );
    assert.equal(
      refused([{ ...loss, frame: 0 }]),
      'launch.faults[0].frame must be a whole number from 1 on, got 0',
    );
    assert.equal(
      refused([{ ...loss, kind: 'delay' }]),
      'launch.faults[0].delay must be a time such as "200ms"',
    );
    assert.equal(
      refused([{ ...loss, link: 'eth0' }]),
      'launch.faults[0].link is not known: these programs have lo, not "eth0"',
    );
  });
});

describe('a process that a fault kills', () => {
  it('runs no code any more, and its sockets are closed: its peer reads the end', async () => {
    const said: string[] = [];
    const machine = boot(parseConfig({ faults: [{ kind: 'kill', process: 'server', event: 300 }] }));
    schedule_faults(machine.world, ['faults']);
    const before = machine.sockets.size;
    const s = createLibrary(machine.world) as unknown as typeof import('sockscope');
    const server = async (): Promise<void> => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, { address: '127.0.0.1', port: 8000 });
      await s.listen(fd, 1);
      const child = await s.accept(fd);
      said.push('accepted');
      await s.recv(child, 10);
      said.push('received');
    };
    const client = async (): Promise<void> => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.connect(fd, { address: '127.0.0.1', port: 8000 });
      // Time has to pass for turns.
      for (let i = 0; i < 100; i++) await s.sleep(1);
      said.push(`read ${(await s.recv(fd, 10)).length} bytes`);
    };
    const result = await runProgram(machine.world, {
      processes: [function_process('server', server), function_process('client', client)],
    });
    assert.deepEqual(said, ['accepted', 'read 0 bytes']);
    assert.deepEqual(result, { failed: [], asleep: [], halted: false, exitCode: 0 });
    assert.equal(machine.sockets.size, before);
  });
});
