/**
 * What is looked at while the machine stands: scopes, variables, expressions, a tree of a thousand sockets. Each is asked
 * once at each stop, when nothing of it is known yet, in turn with V8's own inspector at the same line.
 */
import { AdapterSession, ROOT } from './adapterSession.ts';
import { BareInspector } from './bareInspector.ts';
import { hundredths, median, p95 } from './statistics.ts';

/** What is asked, in this order. */
export const INSPECTIONS = {
  stack: 'the stack, 20 frames',
  scopes: 'the scopes of the top frame',
  locals: 'its local variables',
  struct: 'the fields of one of them, a tcp_sock, opened',
  evaluate: 'an expression, sk.snd_cwnd + 1',
  sockets: 'the Sockets tree',
  process: 'a process in it, with 501 sockets',
  socket: 'a connection in that, opened',
} as const;
export type Inspection = keyof typeof INSPECTIONS;
/** What the bare inspector has, too. */
const BARE = ['locals', 'struct', 'evaluate'] as const;

/** In ms. */
export interface Times {
  p50: number;
  p95: number;
}
export type InspectionFigures = Record<
  Inspection,
  {
    us: Times;
    bare?: Times;
    /** The median of what one of ours takes for each of the bare inspector's. */
    ratio?: number;
  }
>;

const PROGRAM = `${ROOT}test/bench/programs/many.ts`;
const SESSIONS = 5;
/** Functions with an `sk`, in the order in which the program gets there when all are connected, and how many steps in each. */
const WALKS = [
  { functionName: 'tcp_sendmsg_locked', steps: 10 },
  { functionName: '__tcp_transmit_skb', steps: 10 },
  { functionName: 'tcp_rcv_established', steps: 10 },
] as const;

/** What was asked at one stop, by each side. */
type Stop = Record<'us' | 'bare', Partial<Record<Inspection, number>>>;

export async function measureInspection(): Promise<InspectionFigures> {
  const stops: Stop[] = [];
  for (let i = 0; i < SESSIONS; i++) await session(stops);
  const timesOf = (side: keyof Stop, name: Inspection): Times => {
    const all = stops.map((stop) => stop[side][name]!);
    return { p50: hundredths(median(all)), p95: hundredths(p95(all)) };
  };
  const figures = Object.keys(INSPECTIONS).map((key) => {
    const name = key as Inspection;
    const us = timesOf('us', name);
    if (!BARE.some((one) => one === name)) return [name, { us }];
    const ratio = hundredths(median(stops.map((stop) => stop.us[name]! / stop.bare[name]!)));
    return [name, { us, bare: timesOf('bare', name), ratio }];
  });
  return Object.fromEntries(figures) as InspectionFigures;
}

async function session(stops: Stop[]): Promise<void> {
  const adapter = new AdapterSession(PROGRAM);
  await adapter.start();
  let bare: BareInspector | undefined;
  try {
    await adapter.launch();
    for (const { functionName, steps } of WALKS) {
      const start = await adapter.runTo(functionName);
      if (bare !== undefined) await bare.runTo(start);
      else {
        bare = new BareInspector(PROGRAM);
        await bare.start(start);
      }
      for (let i = 0; i < steps; i++) {
        const line = await adapter.step();
        // A line that V8 makes in several steps is one to the adapter.
        await bare.stepTo(line);
        if (adapter.functionName !== functionName) break;
        // The one that is asked first changes.
        const [first, second] = stops.length % 2 === 0 ? [adapter, bare] : [bare, adapter];
        const asked = [await first.inspect(), await second.inspect()] as const;
        const [us, other] = first === adapter ? asked : [asked[1], asked[0]];
        stops.push({ us, bare: other });
      }
    }
  } finally {
    await Promise.all([adapter.stop(), bare?.stop()]);
  }
}
