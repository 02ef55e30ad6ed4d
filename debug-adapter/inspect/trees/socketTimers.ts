/** The armed timers of a socket. */
import { message } from '../../../language/message.ts';
import { inet_connection_sock } from '../../../stack/include/net/inet_connection_sock.ts';
import { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import type { hrtimer, timer_list } from '../../../stack/include/linux/timer.ts';
import type { sock } from '../../../stack/include/net/sock.ts';
import { NSEC_PER_JIFFY } from '../../../stack/kernel/time/jiffies.ts';
import { icskTimes } from '../names.ts';
import { timeLeft } from '../presenters/device.ts';
import type { TreeNode } from './node.ts';
import { roughly } from '../short.ts';

interface ArmedTimer {
  /** The field that holds it. */
  field: string;
  /** Its purpose: `retransmit`; undefined: it expires with nothing to do. */
  purpose: string | undefined;
  left: string;
}

type Timer = Pick<timer_list | hrtimer, 'entry' | 'expires'>;
const isArmed = <T extends Timer>(timer: T | null): timer is T => timer !== null && timer.entry >= 0;

const PURPOSES: Record<string, string> = {
  retrans: 'retransmit',
  probe0: 'window probe',
  loss_probe: 'loss probe',
  reo_timeout: 'reordering',
};

function armedTimers(sk: sock, now_ns: number): ArmedTimer[] {
  const armed: ArmedTimer[] = [];
  const add = (field: string, purpose: string, timer: Timer | null) => {
    if (isArmed(timer)) armed.push({ field, purpose, left: timeLeft(timer, now_ns, roughly) });
  };
  if (sk instanceof inet_connection_sock) {
    if (isArmed(sk.icsk_retransmit_timer)) armed.push(retransmitTimer(sk, sk.icsk_retransmit_timer, now_ns));
    add('icsk_delack_timer', 'delayed ACK', sk.icsk_delack_timer);
  }
  add('sk_timer', 'keepalive', sk.sk_timer);
  if (sk instanceof tcp_sock) {
    add('pacing_timer', 'pacing', sk.pacing_timer);
    add('compressed_ack_timer', 'compressed ACK', sk.compressed_ack_timer);
  }
  return armed;
}

/**
 * One timer with several purposes: icsk_pending tells which, and icsk_timeout when. An ACK that leaves
 * nothing to retransmit clears icsk_pending and lets the timer expire.
 */
function retransmitTimer(sk: inet_connection_sock, timer: Timer, now_ns: number): ArmedTimer {
  const field = 'icsk_retransmit_timer';
  if (sk.icsk_pending === 0) return { field, purpose: undefined, left: timeLeft(timer, now_ns, roughly) };
  const what = icskTimes.short(sk.icsk_pending).toLowerCase();
  const due = sk.icsk_timeout * NSEC_PER_JIFFY - now_ns;
  return { field, purpose: PURPOSES[what] ?? what, left: due > 0 ? `in ${roughly(due)}` : 'due' };
}

/** `retransmit in 200 ms`, `none` */
export function timersNode(sk: sock, now_ns: number): TreeNode {
  const armed = armedTimers(sk, now_ns);
  const waited = armed.filter(({ purpose }) => purpose !== undefined);
  return {
    key: 'timers',
    label: 'timers',
    description:
      waited.length === 0 ? 'none' : waited.map(({ purpose, left }) => `${purpose} ${left}`).join(' · '),
    // The passing of time is not a change.
    compared: waited.map(({ purpose }) => purpose).join(' '),
    icon: 'watch',
    children:
      armed.length === 0
        ? undefined
        : () =>
            armed.map(({ field, purpose, left }) => ({
              key: field,
              label: field,
              description: purpose === undefined ? `${left}, for nothing` : `${left}: ${purpose}`,
              compared: purpose ?? '',
              tooltip:
                purpose === undefined
                  ? message(
                      'What it was armed for is settled (icsk_pending is 0). Linux lets it run out and do nothing.',
                    )
                  : undefined,
              icon: 'watch',
            })),
  };
}
