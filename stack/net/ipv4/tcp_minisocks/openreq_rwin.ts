/** The receive window of a connection request. Below tcp_input, unlike the rest of the folder. @linux net/ipv4/tcp_minisocks.c */
import { tcp_rsk, tcp_sk } from '../../../include/linux/tcp.ts';
import { dst_metric, RTAX_INITRWND, RTAX_WINDOW, type dst_entry } from '../../../include/net/dst.ts';
import { inet_rsk } from '../../../include/net/inet_sock.ts';
import type { request_sock } from '../../../include/net/request_sock.ts';
import { SOCK_RCVBUF_LOCK, type sock } from '../../../include/net/sock.ts';
import { tcp_full_space, TCPOLEN_TSTAMP_ALIGNED } from '../../../include/net/tcp.ts';
import { tcp_dst_advmss, tcp_mss_clamp } from '../../../include/net/tcp_mss.ts';
import { tcp_select_initial_window } from '../tcp_output/window.ts';

/** Choose the window and the scale that the SYN-ACK will offer. @linux net/ipv4/tcp_minisocks.c */
export function tcp_openreq_init_rwin(req: request_sock, sk_listener: sock, dst: dst_entry): void {
  const ireq = inet_rsk(req);
  const treq = tcp_rsk(req);
  const tp = tcp_sk(sk_listener);
  const full_space = tcp_full_space(sk_listener);
  const mss = tcp_mss_clamp(tp, tcp_dst_advmss(dst));

  // TCP_WINDOW_CLAMP, or the route's.
  let window_clamp = tp.window_clamp || dst_metric(dst, RTAX_WINDOW);
  // SO_RCVBUF limits it too.
  if (
    (sk_listener.sk_userlocks & SOCK_RCVBUF_LOCK) !== 0 &&
    (window_clamp > full_space || window_clamp === 0)
  ) {
    window_clamp = full_space;
  }
  const initial = tcp_select_initial_window(
    sk_listener,
    full_space,
    mss - (ireq.tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0),
    window_clamp,
    ireq.wscale_ok,
    dst_metric(dst, RTAX_INITRWND),
  );
  treq.rsk_rcv_wnd = initial.rcv_wnd;
  treq.rsk_window_clamp = initial.window_clamp;
  ireq.rcv_wscale = initial.rcv_wscale;
}
