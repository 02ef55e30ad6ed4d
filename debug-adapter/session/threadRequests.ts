/** The threads request. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SOFTIRQ_THREAD, type ThreadInfo } from '../inspect/threads.ts';
import type { Run } from './run.ts';

/** Before the machine exists, one idle context is reported. */
const IDLE: ThreadInfo[] = [{ id: SOFTIRQ_THREAD, name: 'softirq (cpu0) · idle' }];

export async function threads(run: Run | undefined): Promise<DebugProtocol.ThreadsResponse['body']> {
  if (run === undefined) return { threads: IDLE };
  const { stop } = run.execution;
  if (stop !== undefined) return { threads: (await stop.snapshot).threads };
  try {
    return { threads: await run.debuggee.ask<ThreadInfo[]>('threads') };
  } catch {
    return { threads: IDLE };
  }
}
