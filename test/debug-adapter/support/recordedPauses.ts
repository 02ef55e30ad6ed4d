/** Pauses of a real machine, written down in a compact form, to be judged again without one. */
import { Debuggee } from '../../../debug-adapter/control/debuggee.ts';
import { plainThread } from '../../../debug-adapter/control/machineThread.ts';
import { Execution } from '../../../debug-adapter/control/execution.ts';
import { FunctionIndex } from '../../../debug-adapter/control/functionIndex.ts';
import type { PausedState } from '../../../debug-adapter/control/pausedState.ts';
import type { Beginning, StepKind } from '../../../debug-adapter/control/policies/begin.ts';
import { Pause, type PauseFacts } from '../../../debug-adapter/control/policies/pause.ts';
import type { Verdict } from '../../../debug-adapter/control/policies/policy.ts';
import { fixture, ROOT } from './paths.ts';

/** Frames as `function file:line`, innermost first; the rest only where it says something. */
export interface CompactPause {
  frames: string[];
  pid: number;
  hit?: true;
  returns?: true;
  switched?: true;
  skipped?: true;
}
export interface RecordedStep extends Beginning {
  origin: CompactPause;
  pauses: { pause: CompactPause; verdict: string }[];
}

export function compact({ facts }: Pause): CompactPause {
  const { frames, pid, hit, returns, switched, skipped } = facts;
  return {
    frames: frames.map(({ functionName, url, line }) => `${functionName} ${url.replace(ROOT, '/')}:${line}`),
    pid,
    ...(hit ? { hit } : {}),
    ...(returns ? { returns } : {}),
    ...(switched ? { switched } : {}),
    ...(skipped ? { skipped } : {}),
  };
}
export function expand(pause: CompactPause): Pause {
  const { frames, pid, hit = false, returns = false, switched = false, skipped = false } = pause;
  const facts: PauseFacts = {
    frames: frames.map((text) => {
      const [, functionName, url, line] = /^(.*) (\S*):(\d+)$/.exec(text)!;
      return { functionName: functionName!, url: url!, line: Number(line) };
    }),
    pid,
    hit,
    returns,
    switched,
    skipped,
  };
  return new Pause(facts);
}
/** `stop`, `stepOut`, or with the one who judges from then on: `resume, then wait`. */
export function verdictText(verdict: Verdict): string {
  if (verdict === 'stop') return verdict;
  return verdict.then === undefined ? verdict.how : `${verdict.how}, then ${verdict.then.name}`;
}

/** Steps through a handshake; each with the pauses that V8 made, and what became of them. */
export async function record(steps: readonly (StepKind | 'sleeping' | 'softirq')[]): Promise<RecordedStep[]> {
  const debuggee = new Debuggee(plainThread(ROOT));
  const execution = new Execution(debuggee, new FunctionIndex(ROOT), () => 1);
  const recorded: RecordedStep[] = [];
  let arrived: (stop: PausedState) => void = () => {};
  execution.onStop = (stop) => arrived(stop);
  execution.onBegun = (beginning, origin) =>
    recorded.push({ ...beginning, origin: compact(origin), pauses: [] });
  execution.onJudged = (_, pause, verdict) =>
    recorded.at(-1)?.pauses.push({ pause: compact(pause), verdict: verdictText(verdict) });
  try {
    const program = fixture('handshake');
    await debuggee.boot(
      { programs: [{ file: program }], hosts: {}, ports: [], outside: false, bundle: {}, config: {} },
      ['stack/net/core/sock/'],
    );
    await debuggee.load();
    const { breakpointId } = await debuggee.client.send('Debugger.setBreakpointByUrl', {
      url: debuggee.scripts.urlOf(program),
      lineNumber: 18,
    });
    execution.breakpointIds.set(breakpointId, 1);
    let stopped = new Promise<PausedState>((resolve) => (arrived = resolve));
    debuggee.run();
    for (const step of steps) {
      const stop = await stopped;
      stopped = new Promise<PausedState>((resolve) => (arrived = resolve));
      const { threads } = await stop.snapshot;
      const sleeping = threads.find(({ id, name }) => id !== stop.threadId && /sleeping/.test(name));
      if (step === 'softirq') execution.step('stepIn', 1);
      else if (step === 'sleeping') execution.step('next', sleeping?.id ?? stop.threadId);
      else execution.step(step, stop.threadId);
    }
    await stopped;
    return recorded;
  } finally {
    await debuggee.kill();
  }
}
