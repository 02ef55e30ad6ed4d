/** The settings under net.core. @linux net/core/sysctl_net_core.c */
import type { net } from '../../include/net/net_namespace.ts';
import { MAX_SKB_FRAGS } from '../../include/linux/skbuff.ts';
import { SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF } from '../../include/net/sock.ts';
import {
  one_of,
  proc_dointvec,
  proc_dointvec_minmax,
  proc_dou8vec_minmax,
  type ctl_table,
} from '../../kernel/sysctl.ts';
import { register_net_sysctl } from '../sysctl_net.ts';

/** Two jiffies, in µs. */
const NETDEV_BUDGET_USECS_MIN = 2000;

function net_core_table({ core, machine }: net): Record<string, ctl_table> {
  return {
    wmem_max: proc_dointvec_minmax(core, 'sysctl_wmem_max', SOCK_MIN_SNDBUF),
    rmem_max: proc_dointvec_minmax(core, 'sysctl_rmem_max', SOCK_MIN_RCVBUF),
    wmem_default: proc_dointvec_minmax(core, 'sysctl_wmem_default', SOCK_MIN_SNDBUF),
    rmem_default: proc_dointvec_minmax(core, 'sysctl_rmem_default', SOCK_MIN_RCVBUF),
    dev_weight: proc_dointvec_minmax(core, 'sysctl_dev_weight', 1),
    netdev_max_backlog: proc_dointvec(core, 'sysctl_netdev_max_backlog'),
    optmem_max: proc_dointvec(core, 'sysctl_optmem_max'),
    tstamp_allow_data: proc_dointvec_minmax(core, 'sysctl_tstamp_allow_data', 0, 1),
    /** For devices that are brought up from now on. */
    default_qdisc: one_of(core, 'sysctl_default_qdisc', () => machine.qdiscs),
    netdev_budget: proc_dointvec(core, 'sysctl_netdev_budget'),
    max_skb_frags: proc_dointvec_minmax(core, 'sysctl_max_skb_frags', 1, MAX_SKB_FRAGS),
    netdev_budget_usecs: proc_dointvec_minmax(core, 'sysctl_netdev_budget_usecs', NETDEV_BUDGET_USECS_MIN),
    gro_normal_batch: proc_dointvec_minmax(core, 'sysctl_gro_normal_batch', 1),
    somaxconn: proc_dointvec_minmax(core, 'sysctl_somaxconn', 0),
    txrehash: proc_dou8vec_minmax(core, 'sysctl_txrehash', 0, 1),
  };
}

/** Register the settings of a namespace. @linux net/core/sysctl_net_core.c */
export function sysctl_core_net_init(net: net): void {
  register_net_sysctl(net, 'net.core', net_core_table(net));
}
