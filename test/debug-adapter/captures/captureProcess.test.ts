/** The process that reads a capture file, over its messages. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { traffic } from '../../webviews/support/traffic.ts';
import { OpenedCapture } from '../../support/openedCapture.ts';
import { pcapFile } from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';
import { writeCapture } from '../../support/pdml.ts';

describe('the process that reads a capture file', () => {
  let folder: string;
  let opened: OpenedCapture[] = [];
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), 'sockscope-capture-'))));
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    for (const one of opened) one.close();
    opened = [];
  });
  const open = (name: string, locale?: string): OpenedCapture => {
    const one = new OpenedCapture(path.join(folder, name), locale);
    opened.push(one);
    return one;
  };

  it('says in the language of its window what is wrong with a filter, and with a search', async () => {
    await writeCapture(path.join(folder, 'chinese.pcapng'), STORIES['handshake, data, close']!());
    const capture = open('chinese.pcapng', 'zh-cn');
    await capture.read;
    const { invalidFilter } = await capture.rows('tcp.prot == 80');
    assert.equal(invalidFilter?.message, '过滤器第 1 列：没有字段“tcp.prot”；您是指 tcp.port 吗？');
    const { invalid } = await capture.ask('sockscope/findPacket', { what: 'hex', text: '0d 0', from: 0 });
    assert.match(invalid?.message ?? '', /每个字节写两位数字/);
    await assert.rejects(
      capture.ask('sockscope/filterFor', {
        number: 1,
        what: 'stream',
        filter: 'tcp and',
        how: 'and selected',
      }),
      /^Error: 过滤器第 8 列：这里缺少测试；例如请写 tcp\.port == 8080$/,
    );
  });

  it('has rows, layers and filters of a pcapng, with its own times and interfaces', async () => {
    const file = path.join(folder, 'story.pcapng');
    await writeCapture(file, STORIES['handshake, data, close']!());
    const capture = open('story.pcapng');
    assert.deepEqual(
      { ...(await capture.read), read: 0, size: 0 },
      { packets: 8, read: 0, size: 0, isOver: true },
    );
    const { rows, total } = await capture.rows();
    assert.equal(total, 8);
    assert.equal(rows[0]!.time, '0.000000000');
    assert.match(rows[1]!.info, /\[SYN, ACK\] Seq=0 Ack=1/);
    const { layers } = await capture.ask('sockscope/packet', { number: 2 });
    const lines = layers[0]!.children!.map(({ text }) => text);
    assert.ok(lines.includes('Arrival Time: Jan  1, 2024 00:00:00.000020000 UTC'), lines.join('\n'));
    assert.ok(!lines.some((line) => line.includes('Virtual time')));
    assert.equal((await capture.rows('tcp.flags.syn == 1')).matching, 2);
  });

  it('knows no interfaces in a pcap, as Wireshark does not', async () => {
    await writeFile(path.join(folder, 'old.pcap'), pcapFile(STORIES['udp']!()));
    const capture = open('old.pcap');
    await capture.read;
    const { layers } = await capture.ask('sockscope/packet', { number: 1 });
    assert.match(
      layers[0]!.text,
      /^Frame 1: \d+ bytes on wire \(\d+ bits\), \d+ bytes captured \(\d+ bits\)$/,
    );
  });

  it('answers while it still reads, and filters what it has read', async () => {
    await writeCapture(path.join(folder, 'long.pcapng'), [...traffic(20_000)]);
    const capture = open('long.pcapng');
    const early = await capture.rows();
    assert.ok(early.total < 20_000, `${early.total} packets at the first answer`);
    await capture.read;
    let answer = await capture.rows('tcp.flags.syn == 1', 10);
    for (let asked = 0; answer.filtering; asked++) {
      assert.ok(asked < 1000, 'it does not end');
      answer = await capture.rows('tcp.flags.syn == 1', 10);
    }
    assert.equal(answer.matching, 4_000);
  });

  it('keeps marks and comments, and exports them with the packets', async () => {
    await writeCapture(path.join(folder, 'noted.pcapng'), STORIES['udp']!());
    const capture = open('noted.pcapng');
    await capture.read;
    await capture.ask('sockscope/annotatePacket', { number: 2, comment: 'look here' });
    const target = path.join(folder, 'exported.pcapng');
    await capture.ask('sockscope/exportPackets', { path: target });
    const copy = open('exported.pcapng');
    await copy.read;
    assert.equal((await copy.rows('frame.comment == "look here"')).rows[0]!.number, 2);
  });

  it('says what is wrong: a file that is none, that is not there, that breaks', async () => {
    await writeFile(path.join(folder, 'text.pcap'), 'no packets');
    const none = open('text.pcap');
    assert.match((await none.read).problem!, /text\.pcap begins with 6e 6f 20 70: it is neither/);
    assert.equal((await none.rows()).total, 0);
    assert.match((await open('missing.pcap').read).problem!, /^there is no such file: .*missing\.pcap$/);
    assert.match((await open('missing.pcap', 'zh-cn').read).problem!, /^没有这个文件：.*missing\.pcap$/);
    const bytes = await readFile(path.join(folder, 'long.pcapng'));
    await writeFile(path.join(folder, 'broken.pcapng'), bytes.subarray(0, bytes.length / 2));
    const broken = open('broken.pcapng');
    const { problem, packets } = await broken.read;
    assert.match(problem!, /^The file breaks at byte [\d,]+: the file ends in the middle of a block/);
    assert.ok(packets > 5_000, `${packets} packets`);
    assert.match(
      (await open('broken.pcapng', 'zh-cn').read).problem!,
      /^文件在第 [\d,]+ 字节处损坏：文件在一个块的中间结束/,
    );
  });
});
