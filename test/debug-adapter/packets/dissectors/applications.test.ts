/** Application protocols: each packet's lines and columns as Debian's tshark has them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CapturedFrame } from '../../../../debug-adapter/packets/frame.ts';
import { columnsOf, decoded } from '../../../support/decoded.ts';
import { DHCP_STORIES } from '../../../support/dhcpStories.ts';
import { DNS_STORIES } from '../../../support/dnsStories.ts';
import { HTTP2_STORIES } from '../../../support/http2Stories.ts';
import { HTTP_STORIES } from '../../../support/httpStories.ts';
import { assertSameTrees, writeCapture } from '../../../support/pdml.ts';
import { TLS_STORIES } from '../../../support/tlsStories.ts';
import { needTshark, tsharkColumns } from '../../../support/tshark.ts';
import { WEBSOCKET_STORIES } from '../../../support/webSocketStories.ts';

const GROUPS: Record<string, Record<string, () => CapturedFrame[]>> = {
  'HTTP/1.1': HTTP_STORIES,
  'HTTP/2': HTTP2_STORIES,
  DHCP: DHCP_STORIES,
  DNS: DNS_STORIES,
  TLS: TLS_STORIES,
  WebSocket: WEBSOCKET_STORIES,
};

/** Rows that are not equal, by the packets' numbers, and why. */
const OTHER_ROWS: Record<string, readonly number[]> = {
  // tshark leaves the first line of a message there that it could not read to its end.
  'not finished': [6],
};

describe('application protocols', function () {
  this.timeout(60_000);
  let folder = '';
  before(async function () {
    needTshark(this);
    folder = await mkdtemp(path.join(tmpdir(), 'sockscope-applications-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [protocol, stories] of Object.entries(GROUPS))
    for (const [name, story] of Object.entries(stories))
      it(`of ${protocol} are decoded as by tshark: ${name}`, async () => {
        const file = path.join(folder, 'story.pcapng');
        const frames = story();
        await writeCapture(file, frames);
        assertSameTrees(frames, file, name);
        const isCompared = (_: string, at: number) => !OTHER_ROWS[name]?.includes(at + 1);
        // tshark writes the remark without a space before it.
        const rows = decoded(frames).map((one) =>
          columnsOf(one).replace(/(?<=\S) \[Malformed/, '[Malformed'),
        );
        assert.deepEqual(rows.filter(isCompared), tsharkColumns(file).filter(isCompared));
      });
});
