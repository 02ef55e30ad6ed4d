/**
 * TCP small queues, the lower half: who waits, and the skb destructor that notices that there is room again. What is
 * then sent is in tsq.ts.
 *
 * @linux net/ipv4/tcp_output.c
 */
import type { sk_buff } from '../../../include/linux/skbuff.ts';
import { tcp_sk, type tcp_sock } from '../../../include/linux/tcp.ts';
import { sock_net, type sock } from '../../../include/net/sock.ts';
import { TSQF_QUEUED, TSQF_THROTTLED } from '../../../include/net/tcp.ts';
import { tasklet_schedule, tasklet_struct } from '../../../kernel/softirq.ts';
import { sk_free } from '../../core/sock/free.ts';

/** Sockets whose packets have left the device, and that may send more. */
export class tsq_tasklet {
  tasklet: tasklet_struct<tsq_tasklet>;
  /** The last one queued is the first to send, as in Linux. */
  head: tcp_sock[] = [];

  constructor(func: (tsq: tsq_tasklet) => void) {
    this.tasklet = new tasklet_struct<tsq_tasklet>(func, this);
  }
}

/**
 * Destructor of the segments sent: takes their memory off sk_wmem_alloc when the device has freed them, and has a
 * socket that was held back (TSQ_THROTTLED) send more soon. Not at once: this may run inside the device's driver.
 *
 * @linux net/ipv4/tcp_output.c
 */
export function tcp_wfree(skb: sk_buff): void {
  const sk = skb.sk as sock;
  // One reference stays, for sk_free() here or in tcp_tasklet_func().
  sk.sk_wmem_alloc -= skb.truesize - 1;

  const flags = sk.sk_tsq_flags;
  if ((flags & TSQF_THROTTLED) === 0 || (flags & TSQF_QUEUED) !== 0) {
    sk_free(sk);
    return;
  }
  sk.sk_tsq_flags = (flags & ~TSQF_THROTTLED) | TSQF_QUEUED;
  const net = sock_net(sk);
  const tsq = net.ipv4.tsq_tasklet!;
  tsq.head.push(tcp_sk(sk));
  if (tsq.head.length === 1) tasklet_schedule(net.machine, tsq.tasklet);
}
