/** A machine for the benchmark, and what its processes begin with. */
import { boot, createLibrary, parseConfig, spawn_process, type Machine } from '../../stack/index.ts';
import { run_world } from '../../stack/world/run.ts';
import { follow_promises } from '../../stack/user/promise_owner.ts';

export type Lib = typeof import('sockscope');
export interface Address {
  address: string;
  port: number;
}
export const ADDRESS: Address = { address: '127.0.0.1', port: 8080 };

export function newMachine(): { machine: Machine; lib: Lib } {
  const machine = boot(parseConfig({ nic: { latency: 0 } }));
  return { machine, lib: createLibrary(machine.world) as unknown as Lib };
}

/** Run processes to their end, and as much of the machine as they need. */
export async function run(machine: Machine, ...mains: (() => Promise<void>)[]): Promise<void> {
  const processes = mains.map((main, i) => spawn_process(machine, `process ${i}`, main));
  let ended = 0;
  for (const one of processes) {
    void one.exited.then(({ error }) => {
      if (error !== undefined) throw error as Error;
      ended++;
    });
  }
  // As for every scenario: whose code runs after an await.
  const unfollow = follow_promises(machine.world);
  await run_world(machine.world, () => ended === processes.length);
  unfollow();
  if (ended !== processes.length) throw new Error('the machine came to rest before the workload had ended');
}

export async function listener(lib: Lib, address = ADDRESS, backlog = 128): Promise<number> {
  const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
  await lib.setsockopt(fd, lib.SOL_SOCKET, lib.SO_REUSEADDR, 1);
  await lib.bind(fd, address);
  await lib.listen(fd, backlog);
  return fd;
}

export async function connectTo(lib: Lib, address: Address): Promise<number> {
  const fd = await lib.socket(lib.AF_INET, lib.SOCK_STREAM);
  await lib.connect(fd, address);
  return fd;
}
