/** Captures that a session writes: while it runs (`pcap`), and when asked for (export). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { samplePath } from '../support/samples.ts';
import { needTshark, tsharkComplaints, tsharkRows } from '../support/tshark.ts';
import { withAdapter } from './support/adapter.ts';

describe('debug adapter: captures', function () {
  this.timeout(60_000);
  let folder = '';
  before(async function () {
    needTshark(this);
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-captures-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const name of ['first-handshake', 'echo', 'lost-syn', 'refused-and-reset', 'udp-echo', 'ping'])
    it(`${name}: tshark reads them without complaint, and in the panel's words`, () =>
      withAdapter(async (adapter) => {
        const pcap = path.join(folder, `${name}-pcap.pcapng`);
        const exported = path.join(folder, `${name}-export.pcapng`);
        await adapter.launch({ program: samplePath(name), pcap });
        assert.equal(await adapter.stopped(), 'terminated');
        const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 1000 });
        const { packets } = await adapter.custom('sockscope/exportPackets', { path: exported });
        assert.ok(packets > 1 && packets === rows.length, `${packets} exported, ${rows.length} listed`);
        for (const file of [pcap, exported]) {
          assert.equal(tsharkComplaints(file), '');
          assert.deepEqual(
            tsharkRows(file),
            rows.map(({ protocol, info }) => `${protocol}  ${info}`),
          );
        }
      }));

  it('lists in another order, finds, and keeps marks and comments, which tshark reads in the export', () =>
    withAdapter(async (adapter) => {
      await adapter.launch({ program: samplePath('first-handshake') });
      assert.equal(await adapter.stopped(), 'terminated');
      const list = { from: 0, count: 100, sort: { by: 'number', descending: true } };
      const { rows, total } = await adapter.custom('sockscope/packets', list);
      assert.deepEqual([rows[0]?.number, rows.at(-1)?.number], [total, 1]);
      const search = { what: 'row', text: '[syn, ack]', from: 0 } as const;
      const { found } = await adapter.custom('sockscope/findPacket', search);
      assert.deepEqual(found, { number: 2, index: 1 });
      await adapter.custom('sockscope/annotatePacket', { number: 2, comment: 'the answer', marked: true });
      const marked = await adapter.custom('sockscope/packets', {
        from: 0,
        count: 9,
        filter: 'frame.marked == 1',
      });
      assert.deepEqual(
        marked.rows.map(({ number, comment }) => [number, comment]),
        [[2, 'the answer']],
      );
      const file = path.join(folder, 'commented.pcapng');
      await adapter.custom('sockscope/exportPackets', { path: file });
      const read = ['-r', file, '-Y', 'frame.comment == "the answer"', '-T', 'fields', '-e', 'frame.number'];
      assert.equal(
        execFileSync('tshark', read, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
        '2',
      );
      await assert.rejects(
        adapter.custom('sockscope/annotatePacket', { number: 99, marked: true }),
        /no such packet: 99/,
      );
      await assert.rejects(
        adapter.custom('sockscope/packets', { ...list, sort: { by: 'tcp.sport', descending: false } }),
        /no field "tcp.sport"/,
      );
    }));
});
