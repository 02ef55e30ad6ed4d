/**
 * /proc/net/tcp, udp, raw and icmp: one socket per line. In Linux each protocol implements its own file.
 *
 * @linux net/ipv4/tcp_ipv4.c, net/ipv4/udp.c, net/ipv4/raw.c, net/ipv4/ping.c
 */
import {
  ICSK_TIME_LOSS_PROBE,
  ICSK_TIME_PROBE0,
  ICSK_TIME_REO_TIMEOUT,
  ICSK_TIME_RETRANS,
  inet_csk_in_pingpong_mode,
} from '../../../include/net/inet_connection_sock.ts';
import { inet_sk } from '../../../include/net/inet_sock.ts';
import { inet_twsk } from '../../../include/net/inet_timewait_sock.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import { inet_reqsk } from '../../../include/net/request_sock.ts';
import { sk_wmem_alloc_get, type sock, type sock_common } from '../../../include/net/sock.ts';
import { tcp_in_initial_slowstart } from '../../../include/net/tcp.ts';
import { tcp_sk } from '../../../include/linux/tcp.ts';
import { timer_pending } from '../../../include/linux/timer.ts';
import {
  TCP_LISTEN,
  TCP_NEW_SYN_RECV,
  TCP_SYN_RECV,
  TCP_TIME_WAIT,
} from '../../../include/uapi/linux/tcp.ts';
import { jiffies } from '../../../kernel/time/jiffies.ts';

/** Jiffies per tick of a process's clock (USER_HZ is 100). */
const JIFFIES_PER_CLOCK_T = 10;

export function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).toUpperCase().padStart(digits, '0');
}
function jiffies_to_clock_t(x: number): number {
  return Math.floor(Math.max(0, x) / JIFFIES_PER_CLOCK_T);
}

/** The columns common to all files: from the number to the inode. */
function columns(
  index: string,
  local: [address: number, port: number],
  remote: [address: number, port: number],
  state: number,
  queues: [tx: number, rx: number],
  timer: [active: number, expires_in: number],
  retransmits: number,
  uid: number,
  timeout: number,
  ino: number,
): string {
  const ends = `${hex(local[0], 8)}:${hex(local[1], 4)} ${hex(remote[0], 8)}:${hex(remote[1], 4)}`;
  const when = jiffies_to_clock_t(timer[1]).toString(16).toUpperCase().padStart(8, '0');
  return (
    `${index}: ${ends} ${hex(state, 2)} ${hex(queues[0], 8)}:${hex(queues[1], 8)} ${hex(timer[0], 2)}:${when} ` +
    `${hex(retransmits, 8)} ${String(uid).padStart(5)} ${String(timeout).padStart(8)} ${ino}`
  );
}

function sock_i_ino(sk: sock): number {
  return sk.sk_socket === null || sk.sk_socket.file === null ? 0 : sk.sk_socket.file.ino;
}
/** Replaces the socket's memory address: its cookie. */
function pointer(sk: sock_common): string {
  return sk.skc_cookie.toString(16).padStart(16, '0');
}

function tcp_sock_line(net: net, sk: sock, index: string): string {
  const tp = tcp_sk(sk);
  const now = jiffies(net.machine);
  let active = 0;
  let expires = now;
  const { icsk_pending } = tp;
  if (
    [ICSK_TIME_RETRANS, ICSK_TIME_REO_TIMEOUT, ICSK_TIME_LOSS_PROBE].some((event) => event === icsk_pending)
  ) {
    active = 1;
    expires = tp.icsk_timeout;
  } else if (icsk_pending === ICSK_TIME_PROBE0) {
    active = 4;
    expires = tp.icsk_timeout;
  } else if (sk.sk_timer !== null && timer_pending(sk.sk_timer)) {
    active = 2;
    expires = sk.sk_timer.expires;
  }
  const listens = sk.sk_state === TCP_LISTEN;
  const unread = Math.max(0, (tp.rcv_nxt - tp.copied_seq) | 0);
  const line = columns(
    index,
    [tp.inet_rcv_saddr, tp.inet_sport],
    [tp.inet_daddr, tp.inet_dport],
    sk.sk_state,
    [(tp.write_seq - tp.snd_una) | 0, listens ? sk.sk_ack_backlog : unread],
    [active, expires - now],
    tp.icsk_retransmits,
    sk.sk_uid,
    tp.icsk_probes_out,
    sock_i_ino(sk),
  );
  const ack = (tp.icsk_ack.quick << 1) | Number(inet_csk_in_pingpong_mode(sk));
  const ssthresh = tcp_in_initial_slowstart(tp) ? -1 : tp.snd_ssthresh;
  return (
    `${line} ${sk.skc_refcnt} ${pointer(sk)} ${jiffies_to_clock_t(tp.icsk_rto)} ` +
    `${jiffies_to_clock_t(tp.icsk_ack.ato)} ${ack} ${tp.snd_cwnd} ${listens ? 0 : ssthresh}`
  );
}

function request_line(net: net, sk: sock_common, index: string): string {
  const req = inet_reqsk(sk);
  const left = req.rsk_timer === null ? 0 : req.rsk_timer.expires - jiffies(net.machine);
  const uid = req.rsk_listener === null ? 0 : req.rsk_listener.sk_uid;
  const local: [number, number] = [req.skc_rcv_saddr, req.skc_num];
  const remote: [number, number] = [req.skc_daddr, req.skc_dport];
  const line = columns(index, local, remote, TCP_SYN_RECV, [0, 0], [1, left], req.num_timeout, uid, 0, 0);
  return `${line} 0 ${pointer(req)}`;
}

function timewait_line(net: net, sk: sock_common, index: string): string {
  const tw = inet_twsk(sk);
  const left = tw.tw_timer === null ? 0 : tw.tw_timer.expires - jiffies(net.machine);
  const local: [number, number] = [tw.tw_rcv_saddr, tw.tw_sport];
  const remote: [number, number] = [tw.tw_daddr, tw.tw_dport];
  const line = columns(index, local, remote, tw.tw_substate, [0, 0], [3, left], 0, 0, 0, 0);
  return `${line} ${tw.skc_refcnt} ${pointer(tw)}`;
}

function table(header: string, width: number, lines: string[]): string {
  return [header, ...lines].map((line) => `${line.padEnd(width)}\n`).join('');
}

/** Listeners, then everything in ehash: connections, requests, time-wait socks. @linux net/ipv4/tcp_ipv4.c, here because all of /proc/net is in one folder */
export function tcp4_seq_show(net: net): string {
  const { hashinfo } = net.ipv4;
  const lines: string[] = [];
  const number = () => String(lines.length).padStart(4);
  for (const bucket of hashinfo.lhash2) {
    for (let sk = bucket.nulls_head; sk !== null; sk = sk.skc_node_next) {
      lines.push(tcp_sock_line(net, sk as sock, number()));
    }
  }
  for (const bucket of hashinfo.ehash) {
    for (let sk = bucket.chain; sk !== null; sk = sk.skc_node_next) {
      if (sk.skc_state === TCP_TIME_WAIT) lines.push(timewait_line(net, sk, number()));
      else if (sk.skc_state === TCP_NEW_SYN_RECV) lines.push(request_line(net, sk, number()));
      else lines.push(tcp_sock_line(net, sk as sock, number()));
    }
  }
  const header =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  return table(header, 149, lines);
}

const DATAGRAM_HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

function datagram_line(sk: sock, index: string, local_port: number, remote_port: number): string {
  const inet = inet_sk(sk);
  const line = columns(
    index,
    [inet.inet_rcv_saddr, local_port],
    [inet.inet_daddr, remote_port],
    sk.sk_state,
    [sk_wmem_alloc_get(sk), sk.sk_rmem_alloc],
    [0, 0],
    0,
    sk.sk_uid,
    0,
    sock_i_ino(sk),
  );
  return `${line} ${sk.skc_refcnt} ${pointer(sk)} ${sk.sk_drops}`;
}

/** The text of /proc/net/udp. @linux net/ipv4/udp.c, here because all of /proc/net is in one folder */
export function udp4_seq_show(net: net): string {
  const lines: string[] = [];
  for (const [bucket, slot] of net.ipv4.udp_table.hash.entries()) {
    for (const sk of slot.sks) {
      const inet = inet_sk(sk);
      lines.push(datagram_line(sk, String(bucket).padStart(5), inet.inet_sport, inet.inet_dport));
    }
  }
  return table(` ${DATAGRAM_HEADER}`, 127, lines);
}

/** The "port" of a raw socket is its protocol. @linux net/ipv4/raw.c, here because all of /proc/net is in one folder */
export function raw_seq_show(net: net): string {
  const lines: string[] = [];
  for (const [bucket, chain] of net.ipv4.raw_v4_hashinfo.ht.entries()) {
    for (const sk of chain ?? [])
      lines.push(datagram_line(sk, String(bucket).padStart(4), inet_sk(sk).inet_num, 0));
  }
  return table(DATAGRAM_HEADER, 0, lines);
}

/** Ping sockets: the "port" is the identifier. @linux net/ipv4/ping.c, here because all of /proc/net is in one folder */
export function ping_v4_seq_show(net: net): string {
  const lines: string[] = [];
  for (const [ident, chain] of net.ipv4.ping_table.hash) {
    for (const sk of chain) {
      const inet = inet_sk(sk);
      lines.push(datagram_line(sk, String(ident & 63).padStart(5), inet.inet_sport, inet.inet_dport));
    }
  }
  return table(` ${DATAGRAM_HEADER}`, 127, lines);
}
