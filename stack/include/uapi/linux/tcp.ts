/** TCP's user-visible numbers: states, options, flags. @linux include/uapi/linux/tcp.h, include/net/tcp_states.h */

/** The states of a TCP socket. NEW_SYN_RECV is a request sock in the SYN queue. */
export const TCP_STATES = {
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
  TCP_NEW_SYN_RECV: 12,
} as const;
export type TcpState = number;
export const TCP_ESTABLISHED = TCP_STATES.TCP_ESTABLISHED;
export const TCP_SYN_SENT = TCP_STATES.TCP_SYN_SENT;
export const TCP_SYN_RECV = TCP_STATES.TCP_SYN_RECV;
export const TCP_FIN_WAIT1 = TCP_STATES.TCP_FIN_WAIT1;
export const TCP_FIN_WAIT2 = TCP_STATES.TCP_FIN_WAIT2;
export const TCP_TIME_WAIT = TCP_STATES.TCP_TIME_WAIT;
export const TCP_CLOSE = TCP_STATES.TCP_CLOSE;
export const TCP_CLOSE_WAIT = TCP_STATES.TCP_CLOSE_WAIT;
export const TCP_LAST_ACK = TCP_STATES.TCP_LAST_ACK;
export const TCP_LISTEN = TCP_STATES.TCP_LISTEN;
export const TCP_CLOSING = TCP_STATES.TCP_CLOSING;
export const TCP_NEW_SYN_RECV = TCP_STATES.TCP_NEW_SYN_RECV;

export const TCPF_ESTABLISHED = 1 << TCP_ESTABLISHED;
export const TCPF_SYN_SENT = 1 << TCP_SYN_SENT;
export const TCPF_SYN_RECV = 1 << TCP_SYN_RECV;
export const TCPF_FIN_WAIT1 = 1 << TCP_FIN_WAIT1;
export const TCPF_FIN_WAIT2 = 1 << TCP_FIN_WAIT2;
export const TCPF_TIME_WAIT = 1 << TCP_TIME_WAIT;
export const TCPF_CLOSE = 1 << TCP_CLOSE;
export const TCPF_CLOSE_WAIT = 1 << TCP_CLOSE_WAIT;
export const TCPF_LAST_ACK = 1 << TCP_LAST_ACK;
export const TCPF_LISTEN = 1 << TCP_LISTEN;
export const TCPF_CLOSING = 1 << TCP_CLOSING;
export const TCPF_NEW_SYN_RECV = 1 << TCP_NEW_SYN_RECV;

/** Options of SOL_TCP, by number. */
export const TCP_OPTIONS = {
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  TCP_CORK: 3,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_SYNCNT: 7,
  TCP_LINGER2: 8,
  TCP_DEFER_ACCEPT: 9,
  TCP_WINDOW_CLAMP: 10,
  TCP_INFO: 11,
  TCP_QUICKACK: 12,
  TCP_CONGESTION: 13,
  TCP_THIN_LINEAR_TIMEOUTS: 16,
  TCP_THIN_DUPACK: 17,
  TCP_USER_TIMEOUT: 18,
  TCP_FASTOPEN: 23,
  TCP_TIMESTAMP: 24,
  TCP_NOTSENT_LOWAT: 25,
  TCP_SAVE_SYN: 27,
  TCP_SAVED_SYN: 28,
  TCP_FASTOPEN_CONNECT: 30,
  TCP_FASTOPEN_NO_COOKIE: 34,
  TCP_INQ: 36,
} as const;

/** Congestion-avoidance states. @linux enum tcp_ca_state */
export const TCP_CA_STATES = {
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
} as const;
export const TCP_CA_Open = TCP_CA_STATES.TCP_CA_Open;
export const TCP_CA_Disorder = TCP_CA_STATES.TCP_CA_Disorder;
export const TCP_CA_CWR = TCP_CA_STATES.TCP_CA_CWR;
export const TCP_CA_Recovery = TCP_CA_STATES.TCP_CA_Recovery;
export const TCP_CA_Loss = TCP_CA_STATES.TCP_CA_Loss;
export const TCPF_CA_Open = 1 << TCP_CA_Open;
export const TCPF_CA_Disorder = 1 << TCP_CA_Disorder;
export const TCPF_CA_CWR = 1 << TCP_CA_CWR;
export const TCPF_CA_Recovery = 1 << TCP_CA_Recovery;
export const TCPF_CA_Loss = 1 << TCP_CA_Loss;
