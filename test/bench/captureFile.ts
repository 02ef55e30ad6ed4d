/** A capture file of a million packets: how soon one can read in it, filters, and the memory of the process that has it. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { MACHINE_CAPTURE, realTimeNs } from '../../debug-adapter/packets/capture.ts';
import { PcapngWriter } from '../../stack/capture/pcapng.ts';
import { OpenedCapture } from '../support/openedCapture.ts';
import { plausibleTraffic } from '../support/randomTraffic.ts';

const PACKETS = 1_000_000;
/** Random traffic of so many packets comes again and again: the same connections anew. */
const PIECE = 20_000;
/** Rows of a first screen. */
const SCREEN = 100;
/** From what needs a number of each packet to what needs all of its fields. */
const FILTERS = [
  'tcp.port == 40001',
  'tcp.stream == 100',
  'tcp.analysis.retransmission',
  'tcp.seq > 5000',
  'frame contains "GET"',
  '_ws.col.info contains "FIN"',
] as const;

export interface CaptureFigures {
  packets: number;
  file_MB: number;
  /** Until the first rows are there, and the whole file is read. */
  first_rows_ms: number;
  read_s: number;
  /** Rows anywhere in the list, the slowest of 50. */
  rows_ms_max: number;
  /** Of the process, in the end and at most. */
  memory_MB: number;
  memory_MB_max: number;
  filters: { filter: string; matching: number; first_ms: number; all_s: number }[];
}

export async function measureCapture(): Promise<CaptureFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sockscope-bench-'));
  try {
    const file = path.join(folder, 'million.pcapng');
    const bytes = writeTraffic(file);
    return { packets: PACKETS, file_MB: Math.round(bytes / 1e6), ...(await measure(file)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(file: string): Promise<Omit<CaptureFigures, 'packets' | 'file_MB'>> {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  const capture = new OpenedCapture(file);
  try {
    while ((await capture.rows('', SCREEN)).rows.length === 0);
    const firstRows = since();
    await capture.read;
    const read = since();
    let slowest = 0;
    for (let at = 0; at < 50; at++) {
      const asked = performance.now();
      await capture.rows('', SCREEN, (at * 611_953) % PACKETS);
      slowest = Math.max(slowest, performance.now() - asked);
    }
    const filters = [];
    for (const filter of FILTERS) filters.push(await applied(capture, filter));
    return {
      first_rows_ms: Math.round(firstRows),
      read_s: tenths(read / 1000),
      rows_ms_max: tenths(slowest),
      memory_MB: memoryOf(capture.pid, 'VmRSS'),
      memory_MB_max: memoryOf(capture.pid, 'VmHWM'),
      filters,
    };
  } finally {
    capture.close();
  }
}

async function applied(capture: OpenedCapture, filter: string): Promise<CaptureFigures['filters'][number]> {
  const begun = performance.now();
  let answer = await capture.rows(filter, SCREEN);
  // A screen is full, or there is no more to fill it with.
  let first = 0;
  for (;;) {
    if (first === 0 && (answer.rows.length === SCREEN || !answer.filtering))
      first = performance.now() - begun;
    if (!answer.filtering) break;
    answer = await capture.rows(filter, SCREEN);
  }
  const all = performance.now() - begun;
  return { filter, matching: answer.matching, first_ms: Math.round(first), all_s: tenths(all / 1000) };
}

/** @returns the file's bytes */
function writeTraffic(file: string): number {
  const writer = new PcapngWriter();
  const handle = openSync(file, 'w');
  let written = writeSync(handle, writer.header('lo'));
  let beganNs = 0;
  const frames = plausibleTraffic(PIECE).slice(0, PIECE);
  for (let piece = 0; piece < PACKETS / PIECE; piece++) {
    const blocks = frames.map(({ timeNs, bytes, length, interface: interfaceName, linkType }) =>
      writer.packet({
        interfaceName,
        linkType,
        realTimeNs: realTimeNs(MACHINE_CAPTURE, beganNs + timeNs),
        bytes,
        length,
      }),
    );
    beganNs += frames.at(-1)!.timeNs;
    written += writeSync(handle, Buffer.concat(blocks));
  }
  closeSync(handle);
  return written;
}

/** MB, as Linux tells it of a process. */
function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${what}:\\s*(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  );
  return Math.round(Number(kilobytes![1]) / 1000);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
