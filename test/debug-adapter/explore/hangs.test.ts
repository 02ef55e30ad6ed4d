/** Exploring: which process that sleeps for ever hangs, and which is a server that waits for clients. */
import assert from 'node:assert/strict';
import { explored } from '../support/explored.ts';
import { Files, sockscope } from '../support/commandLine.ts';

const IMPORT = `import { AF_INET, SOCK_STREAM, SOCK_DGRAM, socket, bind, listen, accept, connect, send, sendto, recv, recvfrom, close,
  epoll_create1, epoll_ctl, epoll_wait, EPOLL_CTL_ADD, EPOLLIN, poll, POLLIN } from 'sockscope';
const at = (port) => ({ address: '127.0.0.1', port });
async function listener(port) {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await bind(fd, at(port));
  await listen(fd, 4);
  return fd;
}
async function connected(port) {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, at(port));
  return fd;
}
async function bound(port) {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  await bind(fd, at(port));
  return fd;
}
/** Wait for what a descriptor has, in a way of its own. */
const ways = {
  poll: (fd) => poll([{ fd, events: POLLIN }], -1),
  async epoll(...fds) {
    const all = await epoll_create1();
    for (const fd of fds) await epoll_ctl(all, EPOLL_CTL_ADD, fd, { events: EPOLLIN, data: fd });
    return epoll_wait(all, 4, -1);
  },
};
`;

describe('exploring: what sleeps for ever', function () {
  this.timeout(60_000);
  const { scenario } = new Files();
  const written = (source: string) => scenario(IMPORT + source, 'sleeps.mjs');
  /** What hangs in the first seeds, and what is taken for a server. */
  async function judged(source: string) {
    const { findings, servers } = await explored(written(source), {});
    const hangs = findings.map(({ failure: { kind, process, text } }) => `${kind}: ${process} ${text}`);
    return { hangs, servers };
  }
  const hang = (text: string) => [`hang: ${text} that nothing is left to end`];

  it('a promise that nobody settles hangs, in whichever seed it is met first', async () => {
    const file = scenario('export async function p() { await new Promise(() => {}); }', 'promise.mjs');
    const recording = `${file}.sockscope`;
    const ran = await sockscope('explore', file, '--seeds', '1..5', '--recording', recording);
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout,
      /^FAILURE {2}a process hangs, at .*\n {2}p: waits for something that nothing is left to end\n/,
    );
  });

  it('a hang of some seeds is found by whoever asks for such a seed, in every shard', async () => {
    const file = written(
      'export async function p() { if (Math.random() < 0.5) await new Promise(() => {}); }',
    );
    const every = Array.from({ length: 6 }, (_, index) => index + 1);
    /** What each seed by itself says. */
    const hanging: number[] = [];
    for (const seed of every) {
      const { findings } = await explored(file, { seeds: { first: seed, last: seed } });
      // Where a seed is well, it is the run that others are judged by that hangs, of seed 1.
      assert.equal(findings.length, 1);
      if (findings[0]!.found.seed === seed) hanging.push(seed);
    }
    assert.ok(hanging.length > 1 && hanging.length < every.length, String(hanging));
    for (const first of [1, 2, 3]) {
      const { findings } = await explored(file, { seeds: { first, last: 6 } });
      const expected = hanging.filter((seed) => seed >= first);
      assert.deepEqual(
        findings.map(({ failure, found }) => [failure.kind, found.seed]),
        [['hang', expected[0]]],
        `from ${first}`,
      );
    }
    for (const index of [1, 2]) {
      const { findings } = await explored(file, {
        seeds: { first: 1, last: 6 },
        shard: { index, count: 2 },
      });
      const expected = hanging.filter((seed) => seed % 2 === index % 2);
      assert.deepEqual(
        findings.map(({ found }) => found.seed),
        expected.slice(0, 1),
        `shard ${index}`,
      );
    }
  });

  const SERVERS: [what: string, source: string, servers: string[]][] = [
    [
      'in accept()',
      'export async function s() { const fd = await listener(80); for (;;) await close(await accept(fd)); }\n' +
        'export async function c() { await recv(await connected(80)); }',
      ['s:accept'],
    ],
    [
      'in recvfrom() on a UDP port of its own',
      'export async function s() { const fd = await bound(53); for (;;) { const { address } = await recvfrom(fd); await sendto(fd, "a", 0, address); } }\n' +
        'export async function c() { const fd = await socket(AF_INET, SOCK_DGRAM); await sendto(fd, "q", 0, at(53)); await recv(fd); }',
      ['s:recvfrom'],
    ],
    [
      'in poll() and in epoll_wait()',
      'export async function s() { await ways.poll(await listener(80)); }\n' +
        'export async function t() { await ways.epoll(await bound(81), await listener(82)); }',
      ['s:poll', 't:epoll_wait'],
    ],
    [
      'beside connections that clients have opened',
      'export async function s() { const fd = await listener(80); for (;;) void recv(await accept(fd)); }\n' +
        'export async function t() { const own = await listener(81); const fd = await connected(80); await ways.epoll(own, fd); }',
      ['s:accept', 't:epoll_wait'],
    ],
    [
      'with a promise that its program waits for',
      'async function serves() { const fd = await listener(80); for (;;) await accept(fd); }\n' +
        'export async function s() { void serves(); await new Promise(() => {}); }',
      ['s:accept'],
    ],
  ];
  for (const [what, source, servers] of SERVERS)
    it(`a server may sleep: ${what}`, async () => {
      assert.deepEqual(await judged(source), { hangs: [], servers });
    });

  it('says whom it takes for a server', async () => {
    const file = written(SERVERS[2]![1]);
    const ran = await sockscope('explore', file, '--seeds', '4..5');
    assert.equal(
      ran.stdout,
      '2 processes wait for clients at the end of a run without faults, and may: s in poll(), t in epoll_wait().\n' +
        '2 of 2 seeds explored in 3 runs: no failure.\n',
    );
  });

  it('a Node server may sleep, too', async () => {
    const file = scenario(
      "import http from 'node:http';\nimport dgram from 'node:dgram';\n" +
        "http.createServer((request, response) => response.end('ok')).listen(80);\n" +
        "const socket = dgram.createSocket('udp4').bind(53);",
      'server.mjs',
    );
    const { findings, servers } = await explored(file, {});
    assert.deepEqual([findings, servers], [[], ['server.mjs:epoll_wait']]);
  });

  const CLIENTS: [what: string, source: string, hangs: string[]][] = [
    [
      'in recv() on the connection that it has opened',
      'export async function s() { const fd = await listener(80); const kept = []; for (;;) kept.push(await accept(fd)); }\n' +
        'export async function c() { await recv(await connected(80)); }',
      hang('c sleeps in recv()'),
    ],
    [
      'in recvfrom() on a UDP port that the kernel has chosen',
      'export async function s() { const fd = await bound(53); for (;;) await recvfrom(fd); }\n' +
        'export async function c() { const fd = await socket(AF_INET, SOCK_DGRAM); await sendto(fd, "q", 0, at(53)); await recvfrom(fd); }',
      hang('c sleeps in recvfrom()'),
    ],
    [
      'in a process that has a listener, too, for what another server owes it',
      'export async function s() { const fd = await listener(80); const kept = []; for (;;) kept.push(await accept(fd)); }\n' +
        'export async function t() { const own = await listener(81); await Promise.all([accept(own), connected(80).then((fd) => recv(fd))]); }',
      hang('t sleeps in recv()'),
    ],
  ];
  for (const [what, source, hangs] of CLIENTS)
    it(`a client hangs: ${what}`, async () => {
      assert.deepEqual((await judged(source)).hangs, hangs);
    });

  describe('a Node client', () => {
    /** It answers each message, or leaves the ones unanswered for which a condition holds. */
    const server = (unless = 'false') =>
      scenario(
        "import { createServer } from 'node:net';\n" +
          `createServer((socket) => socket.on('data', (data) => { if (!(${unless})) socket.write('answer'); })).listen(80);`,
        'server.mjs',
      );
    /** It asks twice, and keeps its connection open. */
    const asks = `import { connect } from 'node:net';
      const socket = connect(80, '127.0.0.1', () => socket.write('first'));
      let answers = 0;
      socket.on('data', () => { if (++answers === 1) socket.write('second'); });`;
    const client = (source: string) => scenario(source, 'client.mjs');
    async function together(files: [string, string], more: { asleep?: string[]; last?: number }) {
      const { asleep = [], last = 3 } = more;
      const programs = files.map((file) => ({ file }));
      const { findings, idle } = await explored(files[0], {
        subject: { programs, hosts: {}, config: {}, limit: 100, asleep },
        seeds: { first: 1, last },
      });
      return {
        idle,
        hangs: findings.map(({ failure: { kind, process, text } }) => `${kind}: ${process} ${text}`),
        seeds: findings.map(({ found }) => found.seed),
      };
    }
    const hangs = ['hang: client.mjs sleeps in epoll_wait() that nothing is left to end'];

    it('may keep a connection open on which all was answered', async () => {
      const { idle, hangs: none } = await together([server(), client(asks)], {});
      assert.deepEqual([idle, none], [['client.mjs:epoll_wait'], []]);
    });

    it('hangs without the answer to the last that it has asked', async () => {
      const sometimes = "String(data) === 'second' && Math.random() < 0.3";
      const found = await together([server(sometimes), client(asks)], { last: 20 });
      assert.deepEqual([found.idle, found.hangs], [['client.mjs:epoll_wait'], hangs]);
      assert.notDeepEqual(found.seeds, [1], 'in the run without faults it has the answer');
      assert.deepEqual((await together([server('true'), client(asks)], {})).hangs, hangs);
    });

    it('hangs with a top-level await that nothing settles', async () => {
      const waits = `${asks}\nawait new Promise(() => {});`;
      assert.deepEqual((await together([server(), client(waits)], {})).hangs, hangs);
    });

    it('hangs where it ends in the run without faults', async () => {
      const maybe = asks.replace(
        "if (++answers === 1) socket.write('second');",
        'if (++answers === 1 && Math.random() > 0.3) socket.end();',
      );
      const found = await together([server(), client(maybe)], { last: 20 });
      assert.deepEqual([found.idle, found.hangs], [[], hangs]);
    });

    it('may sleep anywhere if the user says so', async () => {
      const files: [string, string] = [server('true'), client(asks)];
      assert.deepEqual((await together(files, { asleep: ['client.mjs'] })).hangs, []);
      const ran = await sockscope(
        'explore',
        ...files,
        '--seeds',
        '1..2',
        '--recording',
        `${files[0]}.sockscope`,
      );
      assert.equal(ran.code, 1);
      assert.match(
        ran.stdout,
        /^ {2}If it may sleep there for ever, leave it out with --asleep client\.mjs$/m,
      );
      const again = await sockscope('explore', ...files, '--seeds', '1..2', '--asleep', 'client.mjs');
      assert.equal(again.code, 0, again.stdout + again.stderr);
    });

    it('that is idle is named', async () => {
      const ran = await sockscope('explore', server(), client(asks), '--seeds', '4..4');
      assert.equal(
        ran.stdout,
        '1 process waits for clients at the end of a run without faults, and may: server.mjs in epoll_wait().\n' +
          '1 process is idle, with an answer to all that was sent, at the end of a run without faults, and may: client.mjs in epoll_wait().\n' +
          '1 of 1 seeds explored in 2 runs: no failure.\n',
      );
    });
  });

  it('whoever ends without faults is no server: a client that never comes leaves it hanging', async () => {
    const file = written(
      'export async function s() { await recv(await accept(await listener(80))); }\n' +
        'export async function c() { await connected(80).catch(() => {}); }',
    );
    const kill = { first: 1, last: 40 };
    const { findings, servers } = await explored(file, { seeds: kill, faults: ['kill'] });
    assert.deepEqual(servers, []);
    const [{ failure, trial }] = findings as [(typeof findings)[number]];
    assert.equal(`${failure.kind}: ${failure.process}`, 'hang: s');
    assert.deepEqual(
      trial.faults.map(({ kind, process }) => [kind, process]),
      [['kill', 'c']],
    );
  });
});
