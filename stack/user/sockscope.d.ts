/**
 * The `sockscope` module: the socket API of a Sockscope machine, with POSIX names and Linux constants.
 *
 * A scenario is a TypeScript or JavaScript file. Each exported async function is a process named after it. Every call that
 * may sleep returns a promise: `await` it. Errors are thrown as Node's are: with `code` ('ECONNREFUSED'), `errno` (-111) and `syscall`
 * ('connect').
 *
 * `Date`, `Math.random`, `setTimeout`, `console` and `queueMicrotask` are the machine's: virtual time, seeded, the same in every run.
 */
declare module 'sockscope' {
  /** An address as Node writes it. */
  export interface SocketAddress {
    /**
     * 'IPv4' or 'IPv6', by default as `address` is written; as an argument also a number: AF_UNSPEC dissolves the connection of a
     * socket.
     */
    family?: string | number;
    /** '127.0.0.1', '::1' */
    address: string;
    /** 0 to 65535; 0 lets the kernel choose. */
    port: number;
  }

  /**
   * Several hosts on one Ethernet wire: `export const network: Network = { … }`. Without it a scenario runs on one machine.
   */
  export interface Network {
    /** At least two, by name. The first is the one that processes run on which no host names. */
    hosts: Record<
      string,
      {
        /** Of its interface eth0, with the length of the network's prefix: '10.0.0.1/24'. */
        address: string;
        /** Names of the exported functions that run there; unless given, the one that is called as the host. */
        processes?: string[];
      }
    >;
    /** What the wire does to frames, each way; as `nic` in a launch configuration. */
    wire?: {
      /** Longest IP packet, in bytes; 1500 unless given. */
      mtu?: number;
      ringSize?: number;
      /** One way: '2ms', '10us'. */
      latency?: string | number;
      /** '100mbit'; 0: unlimited. */
      bandwidth?: string | number;
      /** Probabilities, 0 to 1. */
      loss?: number;
      reorder?: number;
      duplicate?: number;
      corrupt?: number;
    };
  }

  /** A file descriptor. */
  export type Fd = number;
  /** What can be sent: a text is sent as UTF-8. */
  export type Data = string | Uint8Array | ArrayBuffer;

  /** A system call that failed. */
  export interface SystemError extends Error {
    code: string;
    errno: number;
    syscall: string;
    address?: string;
    port?: number;
  }

  /**
   * Make a socket.
   *
   * @param family AF_INET
   * @param type SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; `| SOCK_NONBLOCK`, `| SOCK_CLOEXEC`
   * @param protocol IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP …; 0: the type's own
   * @throws EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPERM, EMFILE, ENFILE, ENOMEM
   */
  export function socket(family: number, type: number, protocol?: number): Promise<Fd>;
  /**
   * Give the socket a local address.
   *
   * @throws EADDRINUSE, EADDRNOTAVAIL (not an address of this machine), EACCES (a privileged port), EINVAL (bound already),
   *   EAFNOSUPPORT (an address of another family)
   * @param addrlen the address's size in bytes, as C programs give it; by default that of its struct
   */
  export function bind(fd: Fd, address: SocketAddress, addrlen?: number): Promise<0>;
  /**
   * Begin to listen.
   *
   * @param backlog how many finished connections may wait for accept(); at most net.core.somaxconn
   * @throws EADDRINUSE, EINVAL (connected already)
   */
  export function listen(fd: Fd, backlog?: number): Promise<0>;
  /**
   * Take the oldest finished connection; wait until there is one.
   *
   * @param peer filled in with who connected
   * @returns the connection's descriptor
   * @throws EAGAIN (non-blocking, none there), EINVAL (does not listen)
   */
  export function accept(fd: Fd, peer?: Partial<SocketAddress>): Promise<Fd>;
  /** accept() with SOCK_NONBLOCK and SOCK_CLOEXEC for the new descriptor. */
  export function accept4(fd: Fd, flags?: number, peer?: Partial<SocketAddress>): Promise<Fd>;
  /**
   * Connect. A blocking socket waits until that is done.
   *
   * @throws ECONNREFUSED, ETIMEDOUT, EINPROGRESS (non-blocking), EALREADY, EISCONN, ENETUNREACH, EADDRNOTAVAIL
   */
  export function connect(fd: Fd, address: SocketAddress, addrlen?: number): Promise<0>;
  /** The socket's own address. */
  export function getsockname(fd: Fd): Promise<Required<SocketAddress>>;
  /** The address at the other end. @throws ENOTCONN */
  export function getpeername(fd: Fd): Promise<Required<SocketAddress>>;

  /**
   * Send. A blocking socket waits until all of it has a place in the send buffer.
   *
   * @param flags MSG_DONTWAIT, MSG_MORE, MSG_OOB, MSG_NOSIGNAL …
   * @returns how many bytes were taken
   * @throws EPIPE, ECONNRESET, EAGAIN, ENOTCONN, EMSGSIZE
   */
  export function send(fd: Fd, data: Data, flags?: number): Promise<number>;
  /** Send to an address (datagram and raw sockets). */
  export function sendto(
    fd: Fd,
    data: Data,
    flags: number,
    address?: SocketAddress,
    addrlen?: number,
  ): Promise<number>;
  /**
   * Receive; wait until there is something.
   *
   * @param into how many bytes at most (65536), or your own buffer
   * @param flags MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, MSG_TRUNC, MSG_OOB
   * @returns the bytes; none at the end of the stream. With a buffer: how many bytes are in it
   * @throws EAGAIN, ECONNRESET, ECONNREFUSED (UDP: an ICMP error came back), ENOTCONN
   */
  export function recv(fd: Fd, into?: number, flags?: number): Promise<Uint8Array>;
  export function recv(fd: Fd, into: Uint8Array, flags?: number): Promise<number>;
  /** Receive a datagram, and learn who sent it. `length` is its true length, where MSG_TRUNC was asked for. */
  export function recvfrom(
    fd: Fd,
    into?: number | Uint8Array,
    flags?: number,
  ): Promise<{ data: Uint8Array; length: number; address: Required<SocketAddress> | null; flags: number }>;
  /** Like recv() without flags. */
  export function read(fd: Fd, into?: number): Promise<Uint8Array>;
  export function read(fd: Fd, into: Uint8Array): Promise<number>;
  /** Like send() without flags. */
  export function write(fd: Fd, data: Data): Promise<number>;
  /** End one direction or both. @param how SHUT_RD, SHUT_WR, SHUT_RDWR @throws ENOTCONN, EINVAL */
  export function shutdown(fd: Fd, how: number): Promise<0>;
  /** Close the descriptor. With SO_LINGER set it waits for the data to be acknowledged. @throws EBADF */
  export function close(fd: Fd): Promise<0>;

  /** What an option reads as: usually a number; a struct's fields by name. */
  export type SocketOptionValue = number & string & Record<string, number>;
  /** The value of an option: a number, a text, or a struct with named fields. */
  export type SocketOption = number | boolean | string | Uint8Array | { readonly [field: string]: unknown };
  /**
   * Set an option: `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)`, `… SO_LINGER, { l_onoff: 1, l_linger: 0 }`,
   * `… SO_RCVTIMEO, { tv_sec: 1, tv_usec: 0 }`, `… SOL_TCP, TCP_CONGESTION, 'reno'`.
   *
   * @throws ENOPROTOOPT, EINVAL, EPERM, EDOM
   */
  export function setsockopt(fd: Fd, level: number, optname: number, optval: SocketOption): Promise<0>;
  /** Read an option; TCP_INFO gives an object with the fields of struct tcp_info. @throws ENOPROTOOPT */
  export function getsockopt(fd: Fd, level: number, optname: number): Promise<SocketOptionValue>;
  /** F_GETFL, F_SETFL (O_NONBLOCK), F_GETFD, F_SETFD (FD_CLOEXEC), F_DUPFD. @throws EBADF, EINVAL */
  export function fcntl(fd: Fd, cmd: number, arg?: number): Promise<number>;
  /** SIOCINQ, SIOCOUTQ, SIOCATMARK, FIONBIO … @throws ENOTTY */
  export function ioctl(fd: Fd, cmd: number, arg?: unknown): Promise<number>;
  /** What poll() is asked, and (revents) answers. */
  export interface PollFd {
    fd: Fd;
    events: number;
    revents?: number;
  }
  /**
   * Wait for events; they stand in each `revents` afterwards.
   *
   * @param timeout in ms; -1 (the default): for ever; 0: not at all
   * @returns how many descriptors have events
   */
  export function poll(list: PollFd[], timeout?: number): Promise<number>;

  /** Sleep for so many ms of virtual time. */
  export function sleep(ms: number): Promise<0>;
  /** The clock in ns: CLOCK_MONOTONIC (the default) or CLOCK_REALTIME. */
  export function clock_gettime(clock?: number): number;
  /** The process's number. */
  export function getpid(): number;
  /** Start a further process, with descriptors of its own. `exited` is fulfilled when it ends, with what it threw, if anything. */
  export function spawn(
    name: string,
    main: () => unknown,
  ): { pid: number; exited: Promise<{ pid: number; name: string; error?: unknown }> };

  // The machine

  /** Read a setting, or change it: `sysctl('net.ipv4.tcp_syncookies', 0)`. @throws ENOENT, EINVAL */
  export function sysctl(name: string, value?: string | number): string;
  /** A frame, as dropFrames() shows it. */
  export interface Frame {
    /** From 1, in the order in which they were sent. */
    number: number;
    /** With the Ethernet header. */
    bytes: Uint8Array;
    /** 'SYN', 'SYN ACK', 'ACK', 'PSH ACK', 'FIN ACK', 'RST' …; '' if it is not TCP. */
    tcpFlags: string;
  }
  /** Lose the frames for which the predicate is true. @returns what ends it */
  export function dropFrames(predicate: (frame: Frame) => boolean): () => void;
  /** The text of /proc/net/NAME: 'tcp', 'udp', 'snmp', 'netstat', 'sockstat' … @throws ENOENT */
  export function proc(name: string): string;
  /** Keep only these capabilities (CAP_NET_RAW …). Processes start with all. */
  export function capset(...capabilities: number[]): void;
  /** How many descriptors the process may have: EMFILE comes then. */
  export function setrlimit_nofile(limit: number): void;
  /** How many files the machine may have: ENFILE comes then. */
  export function setFileMax(limit: number): void;
  /** How many sockets the machine may have. */
  export function setSocketMax(limit: number): void;
  /** Make the next calls at a place in the kernel fail, to see the branch that handles it. */
  export function fault(
    point:
      | 'sk_alloc'
      | 'sk_clone'
      | 'sock_alloc'
      | 'request_sock'
      | 'proto_init'
      | 'raw_hash'
      | 'try_module_get_ops',
    times?: number,
  ): void;
  /** Install a security module: each hook returns 0 or a negative errno. */
  export function security(hooks: {
    socket_create?(family: number, type: number, protocol: number, kern: boolean): number;
    socket_post_create?(sock: unknown, family: number, type: number, protocol: number, kern: boolean): number;
    socket_bind?(sock: unknown): number;
    socket_connect?(sock: unknown): number;
    socket_listen?(sock: unknown, backlog: number): number;
    socket_accept?(sock: unknown, newsock: unknown): number;
    socket_sendmsg?(sock: unknown, size: number): number;
    socket_recvmsg?(sock: unknown, size: number): number;
  }): void;
  /** Install a cgroup program that is asked about each new Internet socket; null takes it away. */
  export function cgroupSock(program: (() => number) | null): void;
  /** What the kernel has said so far. */
  export function kernelLog(): string[];
  /** The module table: what the kernel's request_module() finds. */
  export const modules: {
    /** Make an alias ('net-pf-10') loadable; `load` registers what the module brings. */
    add(alias: string, load: () => void): void;
    remove(alias: string): boolean;
    aliases(): string[];
    /** What was asked for so far. */
    requests(): { name: string; found: boolean }[];
    /** How many hold on to the kernel's own module. */
    refcount(): number;
    /** For loaders. */
    register: Record<string, unknown>;
  };

  // Constants
  export const AF_UNSPEC: 0;
  export const AF_UNIX: 1;
  export const AF_INET: 2;
  export const AF_AX25: 3;
  export const AF_IPX: 4;
  export const AF_APPLETALK: 5;
  export const AF_NETROM: 6;
  export const AF_BRIDGE: 7;
  export const AF_ATMPVC: 8;
  export const AF_X25: 9;
  export const AF_INET6: 10;
  export const AF_ROSE: 11;
  export const AF_DECnet: 12;
  export const AF_NETBEUI: 13;
  export const AF_SECURITY: 14;
  export const AF_KEY: 15;
  export const AF_NETLINK: 16;
  export const AF_PACKET: 17;
  export const AF_ASH: 18;
  export const AF_ECONET: 19;
  export const AF_ATMSVC: 20;
  export const AF_RDS: 21;
  export const AF_SNA: 22;
  export const AF_IRDA: 23;
  export const AF_PPPOX: 24;
  export const AF_WANPIPE: 25;
  export const AF_LLC: 26;
  export const AF_IB: 27;
  export const AF_MPLS: 28;
  export const AF_CAN: 29;
  export const AF_TIPC: 30;
  export const AF_BLUETOOTH: 31;
  export const AF_IUCV: 32;
  export const AF_RXRPC: 33;
  export const AF_ISDN: 34;
  export const AF_PHONET: 35;
  export const AF_IEEE802154: 36;
  export const AF_CAIF: 37;
  export const AF_ALG: 38;
  export const AF_NFC: 39;
  export const AF_VSOCK: 40;
  export const AF_KCM: 41;
  export const AF_QIPCRTR: 42;
  export const AF_SMC: 43;
  export const AF_XDP: 44;
  export const AF_MCTP: 45;
  export const AF_LOCAL: 1;
  export const AF_ROUTE: 16;
  export const AF_MAX: 46;
  export const PF_UNSPEC: 0;
  export const PF_INET: 2;
  export const PF_PACKET: 17;
  export const SOCK_STREAM: 1;
  export const SOCK_DGRAM: 2;
  export const SOCK_RAW: 3;
  export const SOCK_RDM: 4;
  export const SOCK_SEQPACKET: 5;
  export const SOCK_DCCP: 6;
  export const SOCK_PACKET: 10;
  export const SOCK_MAX: 11;
  export const SOCK_TYPE_MASK: 15;
  export const SOCK_CLOEXEC: 524288;
  export const SOCK_NONBLOCK: 2048;
  export const O_NONBLOCK: 2048;
  export const O_CLOEXEC: 524288;
  export const O_RDONLY: 0;
  export const O_WRONLY: 1;
  export const O_RDWR: 2;
  export const O_ACCMODE: 3;
  export const SOL_SOCKET: 1;
  export const SOL_IP: 0;
  export const SOL_ICMP: 1;
  export const SOL_TCP: 6;
  export const SOL_UDP: 17;
  export const SOL_RAW: 255;
  export const MSG_OOB: 1;
  export const MSG_PEEK: 2;
  export const MSG_DONTROUTE: 4;
  export const MSG_CTRUNC: 8;
  export const MSG_PROBE: 0x10;
  export const MSG_TRUNC: 0x20;
  export const MSG_DONTWAIT: 0x40;
  export const MSG_EOR: 0x80;
  export const MSG_WAITALL: 0x100;
  export const MSG_CONFIRM: 0x800;
  export const MSG_ERRQUEUE: 0x2000;
  export const MSG_NOSIGNAL: 0x4000;
  export const MSG_MORE: 0x8000;
  export const MSG_SENDPAGE_NOTLAST: 0x20000;
  export const MSG_ZEROCOPY: 0x4000000;
  export const MSG_FASTOPEN: 0x20000000;
  export const SHUT_RD: 0;
  export const SHUT_WR: 1;
  export const SHUT_RDWR: 2;
  export const SOMAXCONN: 4096;
  export const IPPROTO_IP: 0;
  export const IPPROTO_ICMP: 1;
  export const IPPROTO_TCP: 6;
  export const IPPROTO_UDP: 17;
  export const IPPROTO_RAW: 255;
  export const IPPROTO_MAX: 263;
  export const INADDR_ANY: 0;
  export const INADDR_BROADCAST: -1;
  export const INADDR_NONE: -1;
  export const INADDR_LOOPBACK: 0x7f000001;
  export const IP_PMTUDISC_DONT: 0;
  export const IP_PMTUDISC_WANT: 1;
  export const IP_PMTUDISC_DO: 2;
  export const IP_PMTUDISC_PROBE: 3;
  export const IP_PMTUDISC_INTERFACE: 4;
  export const IP_PMTUDISC_OMIT: 5;
  export const SO_DEBUG: 1;
  export const SO_REUSEADDR: 2;
  export const SO_TYPE: 3;
  export const SO_ERROR: 4;
  export const SO_DONTROUTE: 5;
  export const SO_BROADCAST: 6;
  export const SO_SNDBUF: 7;
  export const SO_RCVBUF: 8;
  export const SO_KEEPALIVE: 9;
  export const SO_OOBINLINE: 10;
  export const SO_NO_CHECK: 11;
  export const SO_PRIORITY: 12;
  export const SO_LINGER: 13;
  export const SO_REUSEPORT: 15;
  export const SO_RCVLOWAT: 18;
  export const SO_SNDLOWAT: 19;
  export const SO_RCVTIMEO: 20;
  export const SO_SNDTIMEO: 21;
  export const SO_BINDTODEVICE: 25;
  export const SO_TIMESTAMP: 29;
  export const SO_ACCEPTCONN: 30;
  export const SO_SNDBUFFORCE: 32;
  export const SO_RCVBUFFORCE: 33;
  export const SO_MARK: 36;
  export const SO_PROTOCOL: 38;
  export const SO_DOMAIN: 39;
  export const SO_PEEK_OFF: 42;
  export const SO_SELECT_ERR_QUEUE: 45;
  export const SO_MAX_PACING_RATE: 47;
  export const SO_INCOMING_CPU: 49;
  export const SO_CNX_ADVICE: 53;
  export const SO_MEMINFO: 55;
  export const SO_COOKIE: 57;
  export const SO_BINDTOIFINDEX: 62;
  export const SO_BUF_LOCK: 72;
  export const IP_TOS: 1;
  export const IP_TTL: 2;
  export const IP_HDRINCL: 3;
  export const IP_OPTIONS: 4;
  export const IP_RECVOPTS: 6;
  export const IP_RETOPTS: 7;
  export const IP_PKTINFO: 8;
  export const IP_MTU_DISCOVER: 10;
  export const IP_RECVERR: 11;
  export const IP_RECVTTL: 12;
  export const IP_RECVTOS: 13;
  export const IP_MTU: 14;
  export const IP_FREEBIND: 15;
  export const IP_TRANSPARENT: 19;
  export const IP_MINTTL: 21;
  export const IP_NODEFRAG: 22;
  export const IP_BIND_ADDRESS_NO_PORT: 24;
  export const IP_MULTICAST_TTL: 33;
  export const IP_MULTICAST_LOOP: 34;
  export const IP_LOCAL_PORT_RANGE: 51;
  export const TCP_ESTABLISHED: 1;
  export const TCP_SYN_SENT: 2;
  export const TCP_SYN_RECV: 3;
  export const TCP_FIN_WAIT1: 4;
  export const TCP_FIN_WAIT2: 5;
  export const TCP_TIME_WAIT: 6;
  export const TCP_CLOSE: 7;
  export const TCP_CLOSE_WAIT: 8;
  export const TCP_LAST_ACK: 9;
  export const TCP_LISTEN: 10;
  export const TCP_CLOSING: 11;
  export const TCP_NEW_SYN_RECV: 12;
  export const TCP_NODELAY: 1;
  export const TCP_MAXSEG: 2;
  export const TCP_CORK: 3;
  export const TCP_KEEPIDLE: 4;
  export const TCP_KEEPINTVL: 5;
  export const TCP_KEEPCNT: 6;
  export const TCP_SYNCNT: 7;
  export const TCP_LINGER2: 8;
  export const TCP_DEFER_ACCEPT: 9;
  export const TCP_WINDOW_CLAMP: 10;
  export const TCP_INFO: 11;
  export const TCP_QUICKACK: 12;
  export const TCP_CONGESTION: 13;
  export const TCP_THIN_LINEAR_TIMEOUTS: 16;
  export const TCP_THIN_DUPACK: 17;
  export const TCP_USER_TIMEOUT: 18;
  export const TCP_FASTOPEN: 23;
  export const TCP_TIMESTAMP: 24;
  export const TCP_NOTSENT_LOWAT: 25;
  export const TCP_SAVE_SYN: 27;
  export const TCP_SAVED_SYN: 28;
  export const TCP_FASTOPEN_CONNECT: 30;
  export const TCP_FASTOPEN_NO_COOKIE: 34;
  export const TCP_INQ: 36;
  export const POLLIN: 0x0001;
  export const POLLPRI: 0x0002;
  export const POLLOUT: 0x0004;
  export const POLLERR: 0x0008;
  export const POLLHUP: 0x0010;
  export const POLLNVAL: 0x0020;
  export const POLLRDNORM: 0x0040;
  export const POLLRDBAND: 0x0080;
  export const POLLWRNORM: 0x0100;
  export const POLLWRBAND: 0x0200;
  export const POLLMSG: 0x0400;
  export const POLLRDHUP: 0x2000;
  export const F_DUPFD: 0;
  export const F_GETFD: 1;
  export const F_SETFD: 2;
  export const F_GETFL: 3;
  export const F_SETFL: 4;
  export const F_DUPFD_CLOEXEC: 1030;
  export const FD_CLOEXEC: 1;
  export const SIOCINQ: 0x541b;
  export const SIOCOUTQ: 0x5411;
  export const SIOCATMARK: 0x8905;
  export const SIOCOUTQNSD: 0x894b;
  export const FIONBIO: 0x5421;
  export const CLOCK_REALTIME: 0;
  export const CLOCK_MONOTONIC: 1;
  export const CAP_NET_BIND_SERVICE: 10;
  export const CAP_NET_ADMIN: 12;
  export const CAP_NET_RAW: 13;
}
