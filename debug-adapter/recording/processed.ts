/** Whether a packet that is freed is dropped. */
import type { DropDetail } from '../../stack/capture/drop_detail.ts';
import { SKB_DROP_REASON_NOT_SPECIFIED } from '../../stack/include/net/dropreason.ts';

/** It is freed without a reason, and nothing was wrong with it: what it said has been processed. */
export function isProcessed(reason: number, detail: DropDetail | null): boolean {
  return reason === SKB_DROP_REASON_NOT_SPECIFIED && detail === null;
}
