/** Captures that a session writes: while it runs (`pcap`), and when asked for (export). */
import assert from 'node:assert/strict';
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
});
