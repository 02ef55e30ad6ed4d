/**
 * Every kernel function stands where Linux 6.1 has it, and its doc names the Linux file. What stands elsewhere says so in
 * its doc: `@linux net/x.c, here because …`. functions.tsv beside this test lists which file defines which function.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/**
 * Where the functions of a Linux file are when they are not in the file or folder of its name: files and folders below
 * stack/. An inline of a header that reads and writes a struct stands with the struct; one that calls into a subsystem
 * stands there.
 */
const HOMES: Record<string, readonly string[]> = {
  'include/linux/eventpoll.h': ['fs/eventpoll/'],
  'include/linux/ip.h': ['include/net/ip.ts'],
  'include/linux/jiffies.h': ['kernel/time/jiffies.ts'],
  'include/linux/netdevice.h': ['net/core/dev/'],
  'include/linux/skbuff.h': ['net/core/skbuff/'],
  'include/linux/socket.h': ['include/linux/uio.ts'],
  'include/linux/tcp.h': ['include/net/tcp_options.ts'],
  'include/linux/timer.h': ['kernel/time/timer.ts'],
  'include/net/arp.h': ['net/ipv4/arp.ts'],
  'include/net/checksum.h': ['lib/checksum.ts'],
  'include/net/dst.h': ['net/core/dst.ts'],
  'include/net/gro.h': ['net/core/gro.ts'],
  'include/net/icmp.h': ['net/ipv4/icmp/'],
  'include/net/inet_connection_sock.h': ['net/ipv4/inet_connection_sock/'],
  'include/net/inet_hashtables.h': ['net/ipv4/inet_hashtables/'],
  'include/net/inet_timewait_sock.h': ['net/ipv4/inet_timewait_sock.ts'],
  'include/net/ip.h': [
    'net/ipv4/ip_options.ts',
    'net/ipv4/ip_output/',
    'net/ipv4/ip_sockglue.ts',
    'net/ipv4/route/',
  ],
  'include/net/neighbour.h': ['net/core/neighbour/'],
  'include/net/pkt_sched.h': ['net/sched/sch_generic/', 'net/sched/sch_fifo.ts'],
  'include/net/request_sock.h': ['net/core/request_sock.ts'],
  'include/net/route.h': ['net/ipv4/route/'],
  'include/net/sch_generic.h': ['net/sched/sch_generic/', 'net/sched/sch_fifo.ts'],
  'include/net/sock.h': ['net/core/sock/'],
  'include/net/tcp.h': [
    'include/net/tcp_options.ts',
    'include/net/tcp_request_sock.ts',
    'include/net/tcp_skb_cb.ts',
    'net/ipv4/tcp/',
    'net/ipv4/tcp_ipv4/',
    'net/ipv4/tcp_output/',
    'net/ipv4/tcp_timer/',
  ],
  'include/net/udp.h': ['net/ipv4/udp/'],
  'kernel/time/hrtimer.c': ['kernel/time/nanosleep.ts'],
  'kernel/time/timer.c': ['kernel/sched/core.ts'],
};

/** Function to the Linux files that define one of that name. */
const definedIn = new Map<string, string[]>();
for (const line of read('test/stack/linux/functions.tsv').split('\n')) {
  const [file, names] = line.split('\t');
  if (names === undefined || line.startsWith('#')) continue;
  for (const name of names.split(' ')) definedIn.set(name, [...(definedIn.get(name) ?? []), file!]);
}

interface KernelFunction {
  name: string;
  /** Below stack/. */
  path: string;
  exported: boolean;
  /** What the doc's @linux says; null: no doc, or none in it. */
  linux: string | null;
  /** Why it doesn't stand where Linux has it; null: it does. */
  reason: string | null;
}
function functionsOf(path: string): KernelFunction[] {
  const source = read(`stack/${path}`);
  return [...source.matchAll(/^(export )?function\*? (\w+)/gm)].map((match) => {
    const before = source.slice(0, match.index);
    const doc = before.endsWith('*/\n') ? before.slice(before.lastIndexOf('/**')) : '';
    const tag = /@linux ([^\s,]+)(?:, here because (\S.*\S))?/.exec(doc);
    return {
      name: match[2]!,
      path,
      exported: match[1] !== undefined,
      linux: tag?.[1] ?? null,
      reason: tag?.[2] ?? null,
    };
  });
}
const functions = ['net', 'kernel', 'fs', 'include', 'lib', 'security'].flatMap((room) =>
  (readdirSync(new URL(`stack/${room}`, root), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => functionsOf(`${room}/${name}`)),
);
const known = functions.filter(
  ({ name, exported, linux }) => definedIn.has(name) && (exported || linux !== null),
);

const contains = (home: string, path: string): boolean =>
  home.endsWith('/') ? path.startsWith(home) : path === home;

/** Is `path` where a function of that Linux file belongs? */
function fits(path: string, linux: string): boolean {
  const stem = linux.replace(/\.[ch]$/, '');
  return [`${stem}.ts`, `${stem}/`, ...(HOMES[linux] ?? [])].some((home) => contains(home, path));
}

describe('the places of kernel functions', () => {
  it('are known for most of them', () => {
    assert.ok(known.length > 1000, `${known.length} functions`);
  });

  it('are those of Linux, or the doc says why not', () => {
    const wrong = known
      .filter(({ linux, path, reason }) => linux !== null && reason === null && !fits(path, linux))
      .map(({ name, path, linux }) => `${name} is in stack/${path}; in Linux it is in ${linux}`);
    assert.deepEqual(wrong, []);
  });

  it('stand in the doc', () => {
    const wrong = known
      .filter(({ name, linux }) => linux === null || !definedIn.get(name)!.includes(linux))
      .map(
        ({ name, path, linux }) =>
          `${name} (stack/${path}): ${linux === null ? 'no @linux' : `@linux ${linux}`}, Linux has it in ${definedIn.get(name)!.join(', ')}`,
      );
    assert.deepEqual(wrong, []);
  });

  it('elsewhere are exceptions: few, and needed', () => {
    const elsewhere = functions.filter(({ reason }) => reason !== null);
    const idle = elsewhere
      .filter(({ path, linux }) => linux !== null && fits(path, linux))
      .map(({ name, path }) => `${name} (stack/${path})`);
    assert.deepEqual(idle, []);
    assert.ok(elsewhere.length < 40, `${elsewhere.length} functions say "here because"`);
  });

  it('that this test names exist, and are needed', () => {
    const homes = Object.entries(HOMES).flatMap(([linux, list]) => list.map((home) => ({ linux, home })));
    const gone = homes.filter(({ home }) => !existsSync(new URL(`stack/${home}`, root)));
    const idle = homes.filter(
      ({ linux, home }) => !functions.some((one) => one.linux === linux && contains(home, one.path)),
    );
    assert.deepEqual({ gone, idle }, { gone: [], idle: [] });
  });
});
