/**
 * Packages that people use run unmodified on the machine, and do what they do in plain Node: over a clean wire
 * and a lossy one, with connections that are kept, aborted by the client, and closed by the server.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onMachine, pairInNode } from './support/programs.ts';

/** Each prints what it receives, nothing of time, and nothing of which the order is open. */
const PACKAGES: { name: string; server: string; client: string }[] = [
  { name: 'express', server: 'express.server.mjs', client: 'http.client.mjs' },
  { name: 'express, for files,', server: 'static.server.mjs', client: 'static.client.mjs' },
  { name: 'fastify', server: 'fastify.server.mjs', client: 'http.client.mjs' },
  { name: 'undici', server: 'http.server.mjs', client: 'undici.client.mjs' },
  { name: 'ws', server: 'ws.server.mjs', client: 'ws.client.mjs' },
  { name: 'ioredis', server: 'resp.server.mjs', client: 'ioredis.client.mjs' },
  { name: 'pg', server: 'postgres.server.mjs', client: 'pg.client.mjs' },
  { name: 'socket.io', server: 'socketio.server.mjs', client: 'socketio.client.mjs' },
];
const LOSS = ['--nic', 'loss=0.05', '--trace', 'tcp:tcp_retransmit_skb'];

describe('packages', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-packages-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { name, server, client } of PACKAGES) {
    const run = async (pcap: string) => {
      const file = path.join(folder, pcap);
      const seen = await onMachine([server, client], '--pcap', file);
      return { ...seen, packets: readFileSync(file) };
    };
    /** What each test looks at: a run takes a second of a processor. */
    let first: ReturnType<typeof run> | undefined;
    const clean = () => (first ??= run('first'));

    it(`${name} does on the machine what it does in plain Node`, async () => {
      const [machine, node] = await Promise.all([clean(), pairInNode(server, client)]);
      assert.deepEqual(machine.code, 0, machine.log);
      assert.equal(machine.stdout, node.stdout);
      // Two connections may be closed in one order or the other.
      assert.deepEqual(linesOf(machine.log).sort(), linesOf(node.log).sort());
    });

    it(`${name} does the same over a lossy wire`, async () => {
      const [{ stdout: expected }, lossy] = await Promise.all([
        clean(),
        onMachine([server, client], ...LOSS),
      ]);
      const [retransmissions, stdout] = partition(lossy.stdout, /tcp_retransmit_skb/);
      assert.equal(lossy.code, 0, lossy.log);
      assert.notEqual(retransmissions, '', 'nothing was lost');
      assert.equal(stdout, expected);
    });

    it(`two runs of ${name} are the same, to the last byte of each packet`, async () => {
      const [one, other] = await Promise.all([clean(), run('second')]);
      assert.equal(one.stdout, other.stdout);
      assert.equal(one.log, other.log);
      assert.ok(one.packets.length > 10_000, `${one.packets.length} bytes are captured`);
      assert.ok(one.packets.equals(other.packets), 'the packets differ');
    });
  }
});

const linesOf = (text: string): string[] => text.split('\n');
/** The lines that match, and those that do not. */
function partition(text: string, pattern: RegExp): [string, string] {
  const lines = linesOf(text);
  return [
    lines.filter((line) => pattern.test(line)).join('\n'),
    lines.filter((line) => !pattern.test(line)).join('\n'),
  ];
}
