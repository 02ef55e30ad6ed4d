/** Recorded calls in the order of their nesting. */
import type { RecordedCall, RecordedCalls } from '../inspect/callRecorder.ts';
import type { CodeLocation } from '../protocol.ts';
import type { FunctionCall } from './data.ts';

/** @param locationOf where a function begins; undefined: nobody has its file */
export function functionCalls(
  { functions, calls }: RecordedCalls,
  packetsOnly: boolean,
  locationOf: (url: string, line: number) => CodeLocation | undefined,
): FunctionCall[] {
  const shown = packetsOnly ? leadingToPackets(calls) : new Set(calls.keys());
  const children = new Map<number, number[]>();
  for (const index of shown) {
    const { parent } = calls[index]!;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [index]);
    else siblings.push(index);
  }
  const isOneHost = new Set(calls.map(({ host }) => host)).size < 2;
  const ordered: FunctionCall[] = [];
  // Not by recursion: calls may be nested as deep as V8's stack is.
  const waiting = (children.get(-1) ?? []).toReversed().map((index) => ({ index, depth: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { index, depth } = next;
    const call = calls[index]!;
    const { name, url, line } = functions[call.traced]!;
    const location = locationOf(url, line);
    ordered.push({
      name,
      ...(location === undefined ? {} : { location }),
      depth,
      context: isOneHost ? call.task : `${call.host}: ${call.task}`,
      timeNs: call.timeNs,
      ...durations(call),
    });
    for (const child of (children.get(index) ?? []).toReversed())
      waiting.push({ index: child, depth: depth + 1 });
  }
  return ordered;
}

function durations({ timeNs, endNs, hostUs, endUs }: RecordedCall): Partial<FunctionCall> {
  return endNs === null || endUs === null ? {} : { durationNs: endNs - timeNs, hostUs: endUs - hostUs };
}

function leadingToPackets(calls: readonly RecordedCall[]): Set<number> {
  const shown = new Set<number>();
  for (const [index, { hasPacket }] of calls.entries()) {
    if (!hasPacket) continue;
    for (let at = index; at >= 0 && !shown.has(at); at = calls[at]!.parent) shown.add(at);
  }
  return new Set([...shown].sort((one, other) => one - other));
}
