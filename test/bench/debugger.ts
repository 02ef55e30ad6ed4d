/** The debugger's latencies: launch to the first stop, and steps, in turn with V8's own inspector on the same lines. */
import { AdapterSession, type Line } from './adapterSession.ts';
import { BareInspector } from './bareInspector.ts';
import { hundredths, median, p95 } from './statistics.ts';

/** Launches measured, and as many walks through the kernel. */
const SESSIONS = 5;
/** Functions that are stepped through, in the order in which the program gets there, and how many steps at most. */
const WALKS = [
  { functionName: 'tcp_connect', steps: 12 },
  { functionName: 'tcp_v4_rcv', steps: 20 },
  { functionName: 'tcp_sendmsg_locked', steps: 20 },
  { functionName: '__tcp_transmit_skb', steps: 20 },
  { functionName: 'tcp_rcv_established', steps: 12 },
] as const;
/** V8 stops several times on some lines that are one to the adapter. */
const MOST_STEPS_TO_A_LINE = 8;

export interface DebuggerFigures {
  /** From the launch request to the stop on entry, in ms. */
  first_stop_ms: number;
  /** `next` + stackTrace + scopes + variables, in ms. */
  step_ms_p50: number;
  step_ms_p95: number;
  /** V8's step between the same lines, in ms; with one reading of the locals, which the adapter's figure includes. */
  bare_step_ms_p50: number;
  bare_step_ms_p95: number;
  bare_step_with_locals_ms_p50: number;
  /** The median of what a step of the adapter takes for each of the bare inspector's. */
  step_over_bare_p50: number;
}

interface Steps {
  adapter: number[];
  bare: number[];
  withLocals: number[];
}

/** @returns the median of five launches, and of all steps that both sides made between the same two lines */
export async function measureDebugger(): Promise<DebuggerFigures> {
  const launches: number[] = [];
  const steps: Steps = { adapter: [], bare: [], withLocals: [] };
  for (let i = 0; i < SESSIONS; i++) launches.push(await session(steps));
  if (steps.bare.length === 0) throw new Error('the adapter and the bare inspector have no step in common');
  return {
    first_stop_ms: Math.round(median(launches)),
    step_ms_p50: hundredths(median(steps.adapter)),
    step_ms_p95: hundredths(p95(steps.adapter)),
    bare_step_ms_p50: hundredths(median(steps.bare)),
    bare_step_ms_p95: hundredths(p95(steps.bare)),
    bare_step_with_locals_ms_p50: hundredths(median(steps.withLocals)),
    step_over_bare_p50: hundredths(median(steps.adapter.map((ms, i) => ms / steps.bare[i]!))),
  };
}

async function session(steps: Steps): Promise<number> {
  const adapter = new AdapterSession();
  await adapter.start();
  let bare: BareInspector | undefined;
  try {
    const launched = await adapter.launch();
    for (const walk of WALKS) {
      const start = await adapter.runTo(walk.functionName);
      if (bare !== undefined) await bare.runTo(start);
      else {
        bare = new BareInspector();
        await bare.start(start);
      }
      let together = true;
      for (let i = 0; together && i < walk.steps; i++) together = await step(adapter, bare, steps);
    }
    return launched;
  } finally {
    await Promise.all([adapter.stop(), bare?.stop()]);
  }
}

/**
 * One step of each. It counts if V8 makes it in one.
 *
 * @returns whether both stand at one line of the function still
 */
async function step(adapter: AdapterSession, bare: BareInspector, steps: Steps): Promise<boolean> {
  const from = adapter.functionName;
  const { ms, line } = await adapter.next();
  const first = await bare.stepOver();
  if (adapter.functionName !== from) return false;
  if (isSame(bare.line, line)) {
    steps.adapter.push(ms);
    steps.bare.push(first.ms);
    steps.withLocals.push(first.withLocals);
    return true;
  }
  for (let more = 1; more < MOST_STEPS_TO_A_LINE; more++) {
    await bare.stepOver();
    if (isSame(bare.line, line)) return true;
  }
  return false;
}
function isSame(a: Line, b: Line): boolean {
  return a.path === b.path && a.line === b.line;
}
