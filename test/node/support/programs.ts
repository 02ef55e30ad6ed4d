/** Runs Node programs on a machine, by the command line, and in plain Node on the host's loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { sockscope } from '../../debug-adapter/support/commandLine.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../../test/node/programs');
/** A program of the folder, or of another one. */
const file = (name: string) => path.resolve(FOLDER, name);

export interface Seen {
  stdout: string;
  /** What the programs wrote to stderr. */
  log: string;
  code: number | null;
}

/** Run programs of the folder together on one machine. */
export async function onMachine(names: readonly string[], ...options: string[]): Promise<Seen> {
  const { stdout, stderr, code } = await sockscope('run', ...names.map(file), ...options);
  return { stdout, log: stderr, code };
}

/** Run a program of the folder in plain Node. */
export async function inNode(name: string): Promise<Seen> {
  const child = spawn(process.execPath, [file(name)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, log, code] = await Promise.all([text(child.stdout), text(child.stderr), exitOf(child)]);
  return { stdout, log, code };
}

/** Run a server and then its client in plain Node: what the client prints, and what the server logs. */
export async function pairInNode(server: string, client: string): Promise<Seen> {
  const env = { ...process.env, PORT: String(await freePort()) };
  const serving = spawn(process.execPath, [file(server)], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  let log = '';
  const isListening = new Promise<void>((resolve, reject) => {
    serving.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('listening\n')) resolve();
    });
    serving.on('close', () => reject(new Error(`${server} has ended:\n${log}`)));
  });
  const served = exitOf(serving);
  try {
    await isListening;
    const asking = spawn(process.execPath, [file(client)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [stdout, code] = await Promise.all([text(asking.stdout), exitOf(asking)]);
    if (code !== 0) return { stdout, log, code };
    return { stdout, log, code: await served };
  } finally {
    serving.kill();
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** A port of this computer that nobody has. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}
