/** A data breakpoint at random, on a field of a socket, for the most part with a hit count: the same for the same seed. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Random } from '../../support/random.ts';
import type { Adapter } from './adapter.ts';

export interface DataWatch {
  expression: string;
  hits: { hitCondition?: string };
}
const FIELDS = ['snd_nxt', 'rcv_nxt', 'snd_una', 'sk_wmem_queued'];
/** Of a socket that listens nothing of these changes. */
const ESTABLISHED = 1;
const HITS = [{}, { hitCondition: '% 2' }, { hitCondition: '>= 3' }];

export function randomWatch(random: Random): DataWatch {
  const find = random.pick(['find', 'findLast']);
  const expression = `sockets.${find}((one) => one.skc_state === ${ESTABLISHED}).${random.pick(FIELDS)}`;
  return { expression, hits: random.pick(HITS) };
}
/** @returns its dataId; null: there is no such field now */
export async function fieldOf(adapter: Adapter, { expression: name }: DataWatch): Promise<string | null> {
  const args = { name, frameId: adapter.frame };
  return (await adapter.request<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', args))
    .dataId;
}
/** Stop where it is written. */
export async function watchData(
  adapter: Adapter,
  dataId: string,
  more: { condition?: string; hitCondition?: string } = {},
): Promise<void> {
  const { breakpoints } = await adapter.request<DebugProtocol.SetDataBreakpointsResponse['body']>(
    'setDataBreakpoints',
    { breakpoints: [{ dataId, accessType: 'write', ...more }] },
  );
  const [{ verified, message } = { verified: false }] = breakpoints;
  if (!verified) throw new Error(`no data breakpoint: ${message}`);
}
