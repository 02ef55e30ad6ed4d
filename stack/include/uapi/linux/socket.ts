/**
 * Address families, socket types, levels, options and message flags.
 *
 * @linux include/linux/socket.h, include/linux/net.h, include/uapi/asm-generic/socket.h
 */

/** Every address family in Linux 6.1, by number. */
export const ADDRESS_FAMILIES = {
  AF_UNSPEC: 0,
  AF_UNIX: 1,
  AF_INET: 2,
  AF_AX25: 3,
  AF_IPX: 4,
  AF_APPLETALK: 5,
  AF_NETROM: 6,
  AF_BRIDGE: 7,
  AF_ATMPVC: 8,
  AF_X25: 9,
  AF_INET6: 10,
  AF_ROSE: 11,
  AF_DECnet: 12,
  AF_NETBEUI: 13,
  AF_SECURITY: 14,
  AF_KEY: 15,
  AF_NETLINK: 16,
  AF_PACKET: 17,
  AF_ASH: 18,
  AF_ECONET: 19,
  AF_ATMSVC: 20,
  AF_RDS: 21,
  AF_SNA: 22,
  AF_IRDA: 23,
  AF_PPPOX: 24,
  AF_WANPIPE: 25,
  AF_LLC: 26,
  AF_IB: 27,
  AF_MPLS: 28,
  AF_CAN: 29,
  AF_TIPC: 30,
  AF_BLUETOOTH: 31,
  AF_IUCV: 32,
  AF_RXRPC: 33,
  AF_ISDN: 34,
  AF_PHONET: 35,
  AF_IEEE802154: 36,
  AF_CAIF: 37,
  AF_ALG: 38,
  AF_NFC: 39,
  AF_VSOCK: 40,
  AF_KCM: 41,
  AF_QIPCRTR: 42,
  AF_SMC: 43,
  AF_XDP: 44,
  AF_MCTP: 45,
} as const;

export const AF_UNSPEC = ADDRESS_FAMILIES.AF_UNSPEC;
export const AF_UNIX = ADDRESS_FAMILIES.AF_UNIX;
export const AF_LOCAL = AF_UNIX;
export const AF_INET = ADDRESS_FAMILIES.AF_INET;
export const AF_INET6 = ADDRESS_FAMILIES.AF_INET6;
export const AF_NETLINK = ADDRESS_FAMILIES.AF_NETLINK;
export const AF_ROUTE = AF_NETLINK;
export const AF_PACKET = ADDRESS_FAMILIES.AF_PACKET;
export const AF_MAX = 46;
export const NPROTO = AF_MAX;
export const PF_UNSPEC = AF_UNSPEC;
export const PF_INET = AF_INET;
export const PF_PACKET = AF_PACKET;

/**
 * Socket types, with the generic numbers. (MIPS alone swaps the first two: SOCK_DGRAM 1, SOCK_STREAM 2;
 * notes that show those numbers were taken from the MIPS header.)
 */
export const SOCKET_TYPES = {
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,
  SOCK_DCCP: 6,
  SOCK_PACKET: 10,
} as const;
export const SOCK_STREAM = SOCKET_TYPES.SOCK_STREAM;
export const SOCK_DGRAM = SOCKET_TYPES.SOCK_DGRAM;
export const SOCK_RAW = SOCKET_TYPES.SOCK_RAW;
export const SOCK_RDM = SOCKET_TYPES.SOCK_RDM;
export const SOCK_SEQPACKET = SOCKET_TYPES.SOCK_SEQPACKET;
export const SOCK_DCCP = SOCKET_TYPES.SOCK_DCCP;
export const SOCK_PACKET = SOCKET_TYPES.SOCK_PACKET;
export const SOCK_MAX = SOCK_PACKET + 1;
/** Mask of the socket type in `type`; the other bits are flags. */
export const SOCK_TYPE_MASK = 0xf;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const SOCK_CLOEXEC = O_CLOEXEC;
export const SOCK_NONBLOCK = O_NONBLOCK;

export const SOL_SOCKET = 1;
export const SOL_IP = 0;
export const SOL_ICMP = 1;
export const SOL_TCP = 6;
export const SOL_UDP = 17;
export const SOL_RAW = 255;

/** Options of SOL_SOCKET, by number. @linux include/uapi/asm-generic/socket.h */
export const SOCKET_OPTIONS = {
  SO_DEBUG: 1,
  SO_REUSEADDR: 2,
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_DONTROUTE: 5,
  SO_BROADCAST: 6,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_OOBINLINE: 10,
  SO_NO_CHECK: 11,
  SO_PRIORITY: 12,
  SO_LINGER: 13,
  SO_REUSEPORT: 15,
  SO_RCVLOWAT: 18,
  SO_SNDLOWAT: 19,
  SO_RCVTIMEO: 20,
  SO_SNDTIMEO: 21,
  SO_BINDTODEVICE: 25,
  SO_TIMESTAMP: 29,
  SO_ACCEPTCONN: 30,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  SO_MARK: 36,
  SO_PROTOCOL: 38,
  SO_DOMAIN: 39,
  SO_PEEK_OFF: 42,
  SO_SELECT_ERR_QUEUE: 45,
  SO_MAX_PACING_RATE: 47,
  SO_INCOMING_CPU: 49,
  SO_CNX_ADVICE: 53,
  SO_MEMINFO: 55,
  SO_COOKIE: 57,
  SO_BINDTOIFINDEX: 62,
  SO_BUF_LOCK: 72,
} as const;

/** Flags of send and recv. @linux include/linux/socket.h */
export const MSG_OOB = 1;
export const MSG_PEEK = 2;
export const MSG_DONTROUTE = 4;
export const MSG_CTRUNC = 8;
export const MSG_PROBE = 0x10;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_EOR = 0x80;
export const MSG_WAITALL = 0x100;
export const MSG_CONFIRM = 0x800;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_MORE = 0x8000;
export const MSG_SENDPAGE_NOTLAST = 0x20000;
export const MSG_ZEROCOPY = 0x4000000;
export const MSG_FASTOPEN = 0x20000000;

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

/** The default of net.core.somaxconn. */
export const SOMAXCONN = 4096;
