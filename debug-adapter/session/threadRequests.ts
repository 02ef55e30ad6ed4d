/** The threads request. */
import type { Translate } from '../../language/message.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { idleThread, type ThreadInfo } from '../inspect/threads.ts';
import type { Run } from './run.ts';

/** Before the machine exists, one idle context is reported. */
export async function threads(
  run: Run | undefined,
  t: Translate,
): Promise<DebugProtocol.ThreadsResponse['body']> {
  if (run === undefined) return { threads: [idleThread(t)] };
  const { stop } = run.execution;
  if (stop !== undefined) return { threads: (await stop.snapshot).threads };
  try {
    return { threads: await run.debuggee.ask<ThreadInfo[]>('threads') };
  } catch {
    return { threads: [idleThread(t)] };
  }
}
