/** Scrolling the list of a million packets, in a real browser: the frames that are shown, and the work for each. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { PacketStore } from '../../debug-adapter/packets/packetStore.ts';
import { PanelPage } from '../webviews/support/panelPage.ts';
import { traffic } from '../webviews/support/traffic.ts';
import { median } from './statistics.ts';

const PACKETS = 1_000_000;
const SCROLL_MS = 5000;
/** A frame that took longer made the browser leave out one, at 60 a second. */
const DROPPED_MS = 25;

export interface ScrollFigures {
  packets: number;
  ways: { way: string; frames_per_s: number; dropped_percent: number; work_ms: number }[];
}

export async function measureScroll(): Promise<ScrollFigures> {
  const store = new PacketStore({ packets: Infinity, bytes: Infinity });
  for (const frame of traffic(PACKETS)) store.add(frame);
  store.decode();
  const panel = await PanelPage.open({ width: 1280, height: 720 });
  try {
    panel.store = store;
    await panel.changed();
    await panel.row(1).waitFor();
    const ways = [];
    for (const [way, step] of Object.entries(WAYS)) ways.push({ way, ...(await measure(panel.page, step)) });
    return { packets: PACKETS, ways };
  } finally {
    await panel.close();
  }
}

/** @param part of the time that has passed, from 0 to 1 */
type Step = (page: Page, part: number) => Promise<void>;

const WAYS: Record<string, Step> = {
  'the wheel': (page) => page.mouse.wheel(0, 120),
  'the wheel, fast': (page) => page.mouse.wheel(0, 3000),
  'dragging through the list': (page, part) =>
    page.evaluate(
      `{ const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight * ${part}; }`,
    ),
};

async function measure(page: Page, step: Step): Promise<Omit<ScrollFigures['ways'][number], 'way'>> {
  const list = (await page.locator('.list').boundingBox())!;
  await page.mouse.move(list.x + list.width / 2, list.y + list.height / 2);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  await page.evaluate(`{
    window.intervals = [];
    let last = performance.now();
    const next = (now) => { intervals.push(now - last); last = now; window.counting = requestAnimationFrame(next); };
    window.counting = requestAnimationFrame((now) => { last = now; window.counting = requestAnimationFrame(next); });
  }`);
  const busyBefore = await busy();
  const begun = performance.now();
  for (let passed = 0; passed < SCROLL_MS; passed = performance.now() - begun) {
    await step(page, passed / SCROLL_MS);
    await sleep(8);
  }
  const work = (await busy()) - busyBefore;
  const intervals = (await page.evaluate(`cancelAnimationFrame(counting), intervals`)) as number[];
  await devtools.detach();
  const dropped = intervals.filter((ms) => ms > DROPPED_MS).length;
  return {
    frames_per_s: Math.round(1000 / median(intervals)),
    dropped_percent: Math.round((1000 * dropped) / intervals.length) / 10,
    work_ms: Math.round((10_000 * work) / intervals.length) / 10,
  };
}
