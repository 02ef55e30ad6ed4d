/** The interrupt handler and the NAPI poll. @linux drivers/net/ethernet/intel/e1000/e1000_main.c */
import type { napi_struct } from '../../../include/linux/netdevice.ts';
import { __napi_schedule, napi_complete_done, napi_schedule_prep } from '../../../net/core/dev/napi.ts';
import { vnic_priv, type vnic_adapter } from './adapter.ts';
import { ICR, IMC, IMS, IMS_ENABLE_MASK, MPC, VNIC_ICR_RXO } from './registers.ts';
import { vnic_clean_rx_irq } from './rx.ts';
import { vnic_clean_tx_irq } from './tx.ts';

/**
 * Enable interrupts; causes that accumulated in the meantime raise one at once.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_irq_enable)
 */
export function vnic_irq_enable(adapter: vnic_adapter): void {
  adapter.hw.write(IMS, IMS_ENABLE_MASK);
}
/** Mask all causes. @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_irq_disable) */
export function vnic_irq_disable(adapter: vnic_adapter): void {
  adapter.hw.write(IMC, ~0);
}

/**
 * The interrupt handler: read the cause, mask further interrupts, and schedule a poll in softirq context.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_intr)
 */
export function vnic_intr(_irq: number, adapter: vnic_adapter): void {
  const icr = adapter.hw.read(ICR);
  if (icr === 0) return;
  if ((icr & VNIC_ICR_RXO) !== 0) vnic_update_stats(adapter);
  vnic_irq_disable(adapter);
  if (napi_schedule_prep(adapter.napi)) __napi_schedule(adapter.napi);
  else vnic_irq_enable(adapter);
}

/**
 * The poll: clean the TX ring, then receive up to `budget` packets from the RX ring. When no packets are
 * left, enable interrupts again.
 *
 * @returns the number of packets received; `budget` means poll again
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_clean)
 */
export function vnic_poll(napi: napi_struct, budget: number): number {
  const adapter = vnic_priv(napi.dev);
  const tx_clean_complete = vnic_clean_tx_irq(adapter);
  const work_done = vnic_clean_rx_irq(adapter, budget);
  if (!tx_clean_complete || work_done === budget) return budget;
  if (napi_complete_done(napi, work_done)) vnic_irq_enable(adapter);
  return work_done;
}

/** Read the hardware's counters. @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_update_stats) */
export function vnic_update_stats(adapter: vnic_adapter): void {
  adapter.netdev.stats.rx_missed_errors += adapter.hw.read(MPC);
}
