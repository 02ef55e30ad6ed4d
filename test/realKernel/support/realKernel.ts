/** A network namespace of the real kernel whose TAP interface is the other end of a machine's wire. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The real kernel's address, and the machine's. */
export const REAL = '10.9.0.2';
export const MACHINE = '10.9.0.1';
/** The wire, as the machine's configuration names it. The loopback is the namespace's own. */
export const WIRE = { type: 'udp', local: '127.0.0.1:7001', remote: '127.0.0.1:7002' };

/** What is needed, and the Debian package that has it. */
const PROGRAMS = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  ip: 'iproute2',
  ss: 'iproute2',
  socat: 'socat',
  curl: 'curl',
  ping: 'iputils-ping',
  iperf3: 'iperf3',
};

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** @throws Error that names what is missing: these tests are not skipped */
function checkPrerequisites(): void {
  for (const [program, debian] of Object.entries(PROGRAMS))
    if (spawnSync('which', [program]).status !== 0)
      throw new Error(`the tests against a real kernel need ${program}: apt-get install ${debian}`);
  const tried = spawnSync('unshare', ['-n', 'true'], { encoding: 'utf8' });
  if (tried.status !== 0)
    throw new Error(
      `the tests against a real kernel need a network namespace: run them as root (${tried.stderr.trim()})`,
    );
}

export class RealKernel {
  readonly #children: ChildProcess[] = [];
  readonly #pid: number;

  private constructor(holder: ChildProcess) {
    this.#children.push(holder);
    this.#pid = holder.pid!;
  }

  /** A namespace with its loopback up, and a TAP interface whose frames are datagrams. */
  static async start(): Promise<RealKernel> {
    checkPrerequisites();
    // It ends with its standard input, so also when the tests die.
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'ip link set lo up && echo ready && exec cat']);
    await once(holder.stdout, 'data');
    const kernel = new RealKernel(holder);
    kernel.spawn(
      'socat',
      `TUN:${REAL}/24,tun-type=tap,tun-name=tap0,iff-no-pi,iff-up`,
      `UDP4-DATAGRAM:${WIRE.local},bind=${WIRE.remote}`,
    );
    for (let i = 0; !(await kernel.run('ip', '-4', 'addr', 'show', 'tap0')).stdout.includes(REAL); i++) {
      if (i > 100) throw new Error('socat has made no TAP interface');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return kernel;
  }

  /** The command with which a program runs in the namespace. */
  command(program: string, ...args: string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.#pid), '-n', program, ...args]];
  }
  /** Start a program there; it ends with the namespace at the latest. */
  spawn(program: string, ...args: string[]): ChildProcess {
    const child = spawn(...this.command(program, ...args));
    this.#children.push(child);
    return child;
  }
  /** Run a program there to its end. */
  async run(program: string, ...args: string[]): Promise<Ran> {
    return ended(this.spawn(program, ...args));
  }
  async stop(): Promise<void> {
    const running = this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const gone = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(gone);
  }
}

/** What a process writes, and how it ends. */
export async function ended(child: ChildProcess): Promise<Ran> {
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout!.on('data', (text: Buffer) => (ran.stdout += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (ran.stderr += text.toString()));
  [ran.code] = (await once(child, 'close')) as [number | null];
  return ran;
}
