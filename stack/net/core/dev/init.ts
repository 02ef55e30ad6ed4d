/** The device layer at boot. @linux net/core/dev.c */
import type { Machine } from '../../../machine.ts';
import { NET_RX_SOFTIRQ, NET_TX_SOFTIRQ, open_softirq } from '../../../kernel/softirq.ts';
import { net_rx_action } from './napi.ts';
import { net_tx_action } from './xmit.ts';

/** Install the two softirqs that carry packets. @linux net/core/dev.c */
export function net_dev_init(machine: Machine): void {
  open_softirq(machine, NET_TX_SOFTIRQ, net_tx_action);
  open_softirq(machine, NET_RX_SOFTIRQ, net_rx_action);
}
