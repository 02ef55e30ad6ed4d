/**
 * The process of one session: communicates with the client over its stdin and stdout, and ends with its
 * supervisor.
 */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../connection/connection.ts';
import { hideSetting } from '../freedMemory.ts';
import { ModuleGraph } from '../moduleGraph.ts';
import type { Session } from './session.ts';

/** The folder above `dist/`: sources are named by their path relative to it. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** How long the client may take to read the last messages. */
const END_MS = 2000;
const STDERR_FD = 2;

/**
 * Ends the process even if one of its threads cannot be ended: `process.exit()` would wait for that thread.
 */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

process.on('uncaughtException', (error) => {
  // The supervisor informs the client.
  writeSync(STDERR_FD, `${error.stack ?? String(error)}\n`);
  die();
});

hideSetting(process.env);
const graph = new ModuleGraph();
const load = <Module>(name: string): Promise<Module> =>
  graph.load(fileURLToPath(new URL(name, import.meta.url))) as Promise<Module>;

/** In a function, since a module's variables would keep the first machine after a restart. */
async function begin(): Promise<[Connection, Session]> {
  const { Debuggee } = await load<typeof import('../control/debuggee.ts')>('../control/debuggee.js');
  const { plainThread } = await load<typeof import('../control/machineThread.ts')>(
    '../control/machineThread.js',
  );
  // The machine's thread loads its code while this thread loads the rest.
  const spare = new Debuggee(plainThread(ROOT));
  const { Session } = await load<typeof import('./session.ts')>('session.js');
  const { Connection } = await load<typeof import('../connection/connection.ts')>(
    '../connection/connection.js',
  );
  const { Ledger, LEDGER_FD } =
    await load<typeof import('../connection/ledger.ts')>('../connection/ledger.js');
  const connection = new Connection(process.stdin, process.stdout, new Ledger(LEDGER_FD));
  return [connection, new Session(ROOT, connection, spare)];
}
const [connection, session] = await begin();
const leave = (): void => session.leave();
process.on('SIGTERM', leave);
process.on('disconnect', leave);
// The supervisor may have died while this process was loading its code.
if (!process.connected) leave();
connection.onGone = leave;

await session.over;
setTimeout(die, END_MS);
await connection.close();
die();
