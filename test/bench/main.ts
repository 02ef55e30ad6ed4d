/**
 * `npm run -s bench`: the stack beside Node's `net` over the real loopback, and the debugger beside V8's bare inspector, in
 * one run. `-- --json` prints one line of JSON; `-- NAME…` measures only figures whose name contains one of these
 * (`pingpong`, `http`, `dap`, `inspect`, `packet_cost`, `panel`, `capture`, `scroll`, `travel`, `travel_node`); the last five
 * only if they are named.
 */
import { cpus } from 'node:os';
import { measureCapture, type CaptureFigures } from './captureFile.ts';
import { measureDebugger, type DebuggerFigures } from './debugger.ts';
import { measureHttp } from './http.ts';
import { INSPECTIONS, measureInspection, type InspectionFigures } from './inspection.ts';
import { measurePacketCost } from './packetCost.ts';
import { measurePanel, type PanelFigures } from './panel.ts';
import { measureScroll, type ScrollFigures } from './scroll.ts';
import { measureNodeTravel, measureTravel, type TravelFigures } from './travel.ts';
import { FIGURES, measureBeside, type Beside, type Figure } from './throughput.ts';

interface Results {
  stack: Map<Figure, Beside>;
  http: Beside | undefined;
  packetCost: number | undefined;
  dap: DebuggerFigures | undefined;
  inspect: InspectionFigures | undefined;
  panel: PanelFigures | undefined;
  capture: CaptureFigures | undefined;
  scroll: ScrollFigures | undefined;
  travel: TravelFigures[] | undefined;
  travelNode: TravelFigures[] | undefined;
}

/** @param named whether a figure's name was given. @param wanted the same, or none was given */
async function measure(
  named: (name: string) => boolean,
  wanted: (name: string) => boolean,
): Promise<Results> {
  const stack = new Map<Figure, Beside>();
  for (const figure of Object.keys(FIGURES) as Figure[]) {
    if (wanted(figure)) stack.set(figure, await measureBeside(figure));
  }
  const http = wanted('http_per_s') ? await measureHttp() : undefined;
  const packetCost = wanted('packet_cost_100k_over_100') ? await measurePacketCost() : undefined;
  const dap = wanted('dap') ? await measureDebugger() : undefined;
  const inspect = wanted('inspect') ? await measureInspection() : undefined;
  const panel = named('panel') ? await measurePanel() : undefined;
  const capture = named('capture') ? await measureCapture() : undefined;
  const scroll = named('scroll') ? await measureScroll() : undefined;
  const travel = named('travel') ? await measureTravel() : undefined;
  const travelNode = named('travel_node') ? await measureNodeTravel() : undefined;
  return { stack, http, packetCost, dap, inspect, panel, capture, scroll, travel, travelNode };
}

function printTable(
  { stack, http, packetCost, dap, inspect, panel, capture, scroll, travel, travelNode }: Results,
  machine: { cpu: string; node: string },
): void {
  const row = (title: string, ...columns: string[]) =>
    console.log(title.padEnd(60) + columns.map((text) => text.padStart(12)).join(''));
  const number = (value: number) => value.toLocaleString('en');
  console.log(`${machine.cpu}, Node ${machine.node}\n`);
  if (stack.size > 0 || http !== undefined) row('', 'us', 'node', 'us/node');
  for (const [figure, { us, node, ratio }] of stack) {
    row(FIGURES[figure].title, number(us), number(node), ratio.toFixed(2));
  }
  if (http !== undefined) {
    row('HTTP requests to an Express app (per s)', number(http.us), number(http.node), http.ratio.toFixed(2));
  }
  if (packetCost !== undefined) {
    row('', '100,000/100');
    row('cost of a packet, idle pairs of sockets beside it', packetCost.toFixed(2));
  }
  if (dap !== undefined) {
    row('', 'us', 'bare', 'us/bare');
    row('launch request to first stop (ms)', number(dap.first_stop_ms));
    row(
      'next + stackTrace + scopes + variables, median (ms)',
      number(dap.step_ms_p50),
      number(dap.bare_step_ms_p50),
      dap.step_over_bare_p50.toFixed(2),
    );
    row('  nineteen of twenty at most', number(dap.step_ms_p95), number(dap.bare_step_ms_p95));
    row('  (the bare inspector reading the locals as well)', '', number(dap.bare_step_with_locals_ms_p50));
  }
  if (inspect !== undefined) {
    row('at a stop (ms)', 'median', 'p95', 'bare', 'bare p95', 'us/bare');
    for (const [name, title] of Object.entries(INSPECTIONS)) {
      const { us, bare, ratio } = inspect[name as keyof InspectionFigures];
      row(
        `  ${title}`,
        ...[us.p50, us.p95, ...(bare === undefined ? [] : [bare.p50, bare.p95])].map((ms) => ms.toFixed(2)),
        ...(ratio === undefined ? [] : [ratio.toFixed(2)]),
      );
    }
  }
  if (panel !== undefined) {
    const { min, median, max } = panel.ratio;
    row('', 'open', 'closed', 'min', 'median', 'max');
    row(
      'bulk in the debugger with the Packets panel (MB/s), open/closed',
      number(panel.open_MBps),
      number(panel.closed_MBps),
      ...[min, median, max].map((ratio) => ratio.toFixed(2)),
    );
  }
  if (capture !== undefined) {
    row('', 'first rows', 'whole', 'any rows', 'memory', 'at most');
    row(
      `a file of ${number(capture.packets)} packets, ${capture.file_MB} MB (ms, s, ms, MB, MB)`,
      ...[
        capture.first_rows_ms,
        capture.read_s,
        capture.rows_ms_max,
        capture.memory_MB,
        capture.memory_MB_max,
      ].map(number),
    );
    row('filters of it', 'matching', 'screen, ms', 'all, s');
    for (const { filter, matching, first_ms, all_s } of capture.filters)
      row(`  ${filter}`, number(matching), number(first_ms), number(all_s));
  }
  if (scroll !== undefined) {
    row(`scrolling a list of ${number(scroll.packets)} packets with`, 'per s', 'dropped, %', 'work, ms');
    for (const { way, frames_per_s, dropped_percent, work_ms } of scroll.ways)
      row(`  ${way}`, number(frames_per_s), number(dropped_percent), number(work_ms));
  }
  for (const [what, runs] of [
    ['a run', travel],
    ['a run of a Node program', travelNode],
  ] as const) {
    if (runs === undefined) continue;
    row(`going back (ms) in ${what} of so many events`, ...runs.map(({ events }) => number(events)));
    const line = (title: string, figure: keyof TravelFigures) =>
      row(`  ${title}`, ...runs.map((run) => number(run[figure])));
    line('a step back as soon as it has stopped', 'first_at_once');
    line('  half a second after that', 'first_soon');
    line('  at once, by somebody who has gone back from an earlier stop', 'again_at_once');
    line('a step back', 'first');
    line('the next ones, median', 'later');
    line('one after the other, median', 'held');
    line('back over the call of nearly all', 'over_call');
    line('reverse-continue to what was shortly before', 'to_near_stop');
    line('reverse-continue to near the beginning', 'to_far_stop');
    line('to an event amid the run', 'to_event');
    line('reverse-continue to who has written a field last', 'to_write');
    line('reverse-continue to the statement that has changed a byte last', 'to_bytes');
  }
}

function toJson(
  { stack, http, packetCost, dap, inspect, panel, capture, scroll, travel, travelNode }: Results,
  machine: { cpu: string; node: string },
): string {
  const sides = (figure: Figure) => {
    const found = stack.get(figure);
    return found === undefined ? undefined : { us: found.us, node: found.node };
  };
  return JSON.stringify({
    bulk_MBps: sides('bulk_MBps'),
    pingpong_per_s: sides('pingpong_per_s'),
    connect_per_s: sides('connect_per_s'),
    connect_past_half_per_s: sides('connect_past_half_per_s'),
    bytes_per_pair: sides('bytes_per_pair_10000'),
    bytes_per_pair_1000: sides('bytes_per_pair_1000'),
    http_per_s: http === undefined ? undefined : { us: http.us, node: http.node },
    packet_cost_100k_over_100: packetCost,
    ...dap,
    inspect,
    panel,
    capture,
    scroll,
    travel,
    travel_node: travelNode,
    ...machine,
  });
}

const names = process.argv.slice(2).filter((argument) => argument !== '--json');
const named = (name: string) => names.some((part) => name.includes(part));
const results = await measure(named, (name) => names.length === 0 || named(name));
const machine = { node: process.versions.node, cpu: cpus()[0]?.model.trim() ?? 'unknown' };
if (process.argv.includes('--json')) console.log(toJson(results, machine));
else printTable(results, machine);
