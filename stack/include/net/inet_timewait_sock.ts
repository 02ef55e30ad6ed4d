/** The remainder of a closed connection, kept for 2 MSL. @linux include/net/inet_timewait_sock.h */
import type { timer_list } from '../linux/timer.ts';
import type { be16, be32, u32 } from '../linux/types.ts';
import type { inet_bind_bucket, inet_bind2_bucket } from './inet_hashtables.ts';
import { sock_common, type sock } from './sock.ts';

/** All time-wait socks of a network namespace. */
export class inet_timewait_death_row {
  tw_refcount = 1;
  sysctl_max_tw_buckets = 131072;
}

/** The operations of a time-wait sock. @linux include/net/timewait_sock.h */
export interface timewait_sock_ops {
  /**
   * Whether `sk` may take over the addresses of the time-wait sock `sktw`. twp: `sk` is an unbound socket
   * that connects.
   */
  twsk_unique?(sk: sock, sktw: sock_common, twp: boolean): boolean;
  twsk_destructor?(sktw: sock_common): void;
}

export class inet_timewait_sock extends sock_common {
  tw_mark = 0;
  /** TCP_TIME_WAIT, or TCP_FIN_WAIT2 while the peer has not sent its FIN. */
  tw_substate = 0;
  tw_rcv_wscale = 0;
  tw_sport: be16 = 0;
  tw_transparent = false;
  tw_tos = 0;
  tw_txhash: u32 = 0;
  tw_priority = 0;
  tw_timer: timer_list<inet_timewait_sock> | null = null;
  tw_tb: inet_bind_bucket | null = null;
  tw_tb2: inet_bind2_bucket | null = null;
  tw_dr: inet_timewait_death_row | null = null;

  get tw_daddr(): be32 {
    return this.skc_daddr;
  }
  get tw_rcv_saddr(): be32 {
    return this.skc_rcv_saddr;
  }
  get tw_dport(): be16 {
    return this.skc_dport;
  }
  get tw_num(): number {
    return this.skc_num;
  }
  get tw_reuse(): number {
    return this.skc_reuse;
  }
  get tw_reuseport(): boolean {
    return this.skc_reuseport;
  }
  get tw_bound_dev_if(): number {
    return this.skc_bound_dev_if;
  }
}
/** Cast a sock to an IPv4 time-wait sock. @linux include/net/inet_timewait_sock.h */
export function inet_twsk(sk: unknown): inet_timewait_sock {
  return sk as inet_timewait_sock;
}
