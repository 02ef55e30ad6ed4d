/** Layer trees as Debian's tshark sees them (PDML), and ours in the same form, to be compared line by line. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import type { Item } from '../../debug-adapter/packets/tree/item.ts';
import type { Packet } from '../../debug-adapter/packets/tree/packet.ts';
import { valueText } from '../../debug-adapter/packets/tree/text.ts';
import { PcapngWriter } from '../../stack/capture/pcapng.ts';
import { decoded } from './decoded.ts';
import { comparable } from './notEqual.ts';

/** Fields that are left out, and why. */
const NOT_COMPARED: readonly RegExp[] = [
  // Names of manufacturers and hosts come from tables of hundreds of thousands of lines.
  /_resolved$|\.oui$/,
  /^ip\.(src_|dst_)?host$|^ip\.\w+_rt_host$/,
  // Wireshark shows it only if it is asked to, and no further than the first NUL.
  /^data\.text$/,
  // Ours.
  /^frame\.(time_virtual|direction|fate|reason)$/,
  /^sockscope\./,
];

/** Checksums are verified, names are not looked up. */
const PREFERENCES = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);

/** By ports, first bytes or the frame's end tshark would take payload and trailers for these. */
const WITHOUT_GUESSES = [
  ...['echo', 'rtps', 'spice', 'wg', 'pvfs', 'jxta', 'pktgen', 'vssmonitoring'].flatMap((name) => [
    '--disable-protocol',
    name,
  ]),
  ...['--disable-heuristic', 'dns_udp'],
];

/** @param file a capture of the same frames */
export function assertSameTrees(frames: readonly CapturedFrame[], file: string, what: string): void {
  const { ours, theirs } = bothTrees(frames, file);
  assert.equal(ours.length, theirs.length, `packets of ${what}`);
  for (const [at, lines] of theirs.entries())
    assert.equal(comparable(ours[at]!), comparable(lines), `packet ${at + 1} of ${what}`);
}

export function bothTrees(
  frames: readonly CapturedFrame[],
  file: string,
): { ours: string[][]; theirs: string[][] } {
  return { ours: decoded(frames).map(ourTree), theirs: tsharkTrees(file, ...WITHOUT_GUESSES) };
}

/** Writes frames as the product exports them. */
export async function writeCapture(file: string, frames: readonly CapturedFrame[]): Promise<void> {
  const writer = new PcapngWriter();
  const boot = BigInt(Date.UTC(2024, 0, 1)) * 1_000_000n;
  const blocks = [writer.header('lo')];
  for (const { bytes, length, timeNs, interface: interfaceName, linkType } of frames)
    blocks.push(writer.packet({ interfaceName, linkType, realTimeNs: boot + BigInt(timeNs), bytes, length }));
  await writeFile(file, Buffer.concat(blocks));
}

/** Each packet's lines: `tcp.srcport @34+2 8080 | Source Port: 8080`, indented by depth; `~` marks hidden ones. */
function tsharkTrees(file: string, ...options: string[]): string[][] {
  const output = execFileSync('tshark', ['-2', '-n', ...PREFERENCES, ...options, '-r', file, '-T', 'pdml'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 30,
  });
  const packets: string[][] = [];
  let lines: string[] = [];
  /** The depth of what is left out; everything within it is, too. */
  let leftOut = Infinity;
  let depth = 0;
  for (const [tag, isEnd, kind, attributes, isEmpty] of output.matchAll(
    /<(\/)?(packet|proto|field)((?:\s[^>]*?)?)(\/)?>/gs,
  )) {
    if (kind === 'packet') {
      if (isEnd) packets.push(lines);
      lines = [];
      depth = 0;
      continue;
    }
    if (isEnd) {
      depth--;
      if (depth === leftOut) leftOut = Infinity;
      continue;
    }
    const read = (name: string) =>
      unescape(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes ?? tag)?.[1] ?? '');
    const name = read('name');
    const isLeftOut = name === 'geninfo' || NOT_COMPARED.some((pattern) => pattern.test(name));
    if (isLeftOut && depth < leftOut && !isEmpty) leftOut = depth;
    if (!isLeftOut && depth < leftOut) {
      const label = read('showname') || read('show');
      const show = kind === 'proto' || name === '' ? '' : read('show');
      lines.push(line(depth, name, read('pos'), read('size'), show, label, read('hide') === 'yes'));
    }
    if (!isEmpty) depth++;
  }
  return packets.map(withoutWrappers);
}

/** Undecoded bytes stand in an element of PDML's own. */
function withoutWrappers(lines: string[]): string[] {
  let isWrapped = false;
  return lines.flatMap((text) => {
    const isWrapper = text.startsWith('fake-field-wrapper');
    isWrapped = isWrapper || (isWrapped && text.startsWith(' '));
    return isWrapper ? [] : [isWrapped ? text.slice(2) : text];
  });
}

/** The same of a packet that Sockscope has decoded. */
function ourTree(packet: Packet): string[] {
  const lines: string[] = [];
  const draw = (item: Item, depth: number): void => {
    const { field, offset, length } = item;
    if (NOT_COMPARED.some((pattern) => pattern.test(field.name))) return;
    const show = field.type === 'protocol' ? '' : valueText(field, item.value);
    lines.push(line(depth, field.name, String(offset), String(length), show, item.plainText, item.isHidden));
    for (const child of item.children) draw(child, depth + 1);
  };
  for (const layer of packet.layers) draw(layer, 0);
  return lines;
}

function line(
  depth: number,
  name: string,
  position: string,
  size: string,
  show: string,
  label: string,
  isHidden: boolean,
): string {
  // PDML says nothing about this layer but its bytes.
  if (name === 'data') return `${'  '.repeat(depth)}data`;
  // A field that is not in the packet has no place of its own; tshark gives it its layer's, and a whole datagram
  // its first fragment's.
  const place = size === '0' || /^ip(v6)?\.fragments$/.test(name) ? '' : `@${position}+${size} `;
  return `${'  '.repeat(depth)}${isHidden ? '~' : ''}${name} ${place}${show} | ${label}`;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#x27': "'" };

function unescape(text: string): string {
  return text.replace(/&(#x27|\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
