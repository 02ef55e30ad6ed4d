/**
 * The `sockscope` module: the socket API of a Sockscope machine, with POSIX names and Linux constants.
 *
 * A scenario is a TypeScript or JavaScript file. Each exported async function is a process named after it.
 * Every call that may sleep returns a promise: `await` it. Errors have the same form as Node's: `code`
 * ('ECONNREFUSED'), `errno` (-111) and `syscall` ('connect').
 *
 * `Date`, `Math.random`, `setTimeout`, `console` and `queueMicrotask` belong to the machine: they use virtual
 * time and seeded random numbers, and behave the same in every run.
 */
declare module 'sockscope' {
  /** An address in Node's notation. */
  export interface SocketAddress {
    /**
     * 'IPv4' or 'IPv6'; by default derived from `address`. As an argument also an AF_ number: AF_UNSPEC
     * disconnects a socket.
     */
    family?: string | number;
    /** '127.0.0.1', '::1' */
    address: string;
    /** 0 to 65535; 0 lets the kernel choose. */
    port: number;
  }

  /**
   * Several hosts on one Ethernet wire: `export const network: Network = { … }`. Without it a scenario runs
   * on one machine.
   */
  export interface Network {
    /** At least two hosts, by name; one, if the wire leads outside. Processes that no host lists run on the first host. */
    hosts: Record<
      string,
      {
        /**
         * Address of its interface eth0, with the length of the network's prefix (1 to 30): '10.0.0.1/24'. Each
         * host has its own.
         */
        address: string;
        /**
         * Names of the exported functions that run on this host; default: the function with the host's name. A
         * function runs on one host.
         */
        processes?: string[];
      }
    >;
    /** What the wire does to frames in each direction; same attributes as `nic` in a launch configuration. */
    wire?: {
      /**
       * The wire leads out of the world: each Ethernet frame is a datagram between two ports of this computer. A
       * real kernel at the other port is one more host: see docs/real-kernel.md.
       */
      type?: 'udp';
      /** '127.0.0.1:7001' */
      local?: string;
      remote?: string;
      /** Longest IP packet, in bytes; default: 1500. */
      mtu?: number;
      ringSize?: number;
      /** One-way delay: '2ms', '10us'. */
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
  /** Data to send: a string is sent as UTF-8. */
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
   * Create a socket.
   *
   * @param family AF_INET
   * @param type SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; `| SOCK_NONBLOCK`, `| SOCK_CLOEXEC`
   * @param protocol IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP …; 0: the default of the type
   * @throws EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPERM, EMFILE, ENFILE, ENOMEM
   */
  export function socket(family: number, type: number, protocol?: number): Promise<Fd>;
  /**
   * Bind the socket to a local address.
   *
   * @throws EADDRINUSE, EADDRNOTAVAIL (not an address of this machine), EACCES (a privileged port), EINVAL
   *   (already bound), EAFNOSUPPORT (an address of another family)
   * @param addrlen the address's size in bytes, as in C; default: the size of its struct
   */
  export function bind(fd: Fd, address: SocketAddress, addrlen?: number): Promise<0>;
  /**
   * Start to listen.
   *
   * @param backlog how many established connections may wait for accept(); at most net.core.somaxconn
   * @throws EADDRINUSE, EINVAL (already connected)
   */
  export function listen(fd: Fd, backlog?: number): Promise<0>;
  /**
   * Take the oldest established connection; wait until there is one.
   *
   * @param peer receives the remote address
   * @returns the connection's descriptor
   * @throws EAGAIN (non-blocking, no connection), EINVAL (not listening)
   */
  export function accept(fd: Fd, peer?: Partial<SocketAddress>): Promise<Fd>;
  /** As accept(), with SOCK_NONBLOCK and SOCK_CLOEXEC for the new descriptor. */
  export function accept4(fd: Fd, flags?: number, peer?: Partial<SocketAddress>): Promise<Fd>;
  /**
   * Connect to an address. A blocking socket waits for the result.
   *
   * @throws ECONNREFUSED, ETIMEDOUT, EINPROGRESS (non-blocking), EALREADY, EISCONN, ENETUNREACH, EADDRNOTAVAIL
   */
  export function connect(fd: Fd, address: SocketAddress, addrlen?: number): Promise<0>;
  /** The socket's local address. */
  export function getsockname(fd: Fd): Promise<Required<SocketAddress>>;
  /** The remote address. @throws ENOTCONN */
  export function getpeername(fd: Fd): Promise<Required<SocketAddress>>;

  /**
   * Send data. A blocking socket waits until all data fits into the send buffer.
   *
   * @param flags MSG_DONTWAIT, MSG_MORE, MSG_OOB, MSG_NOSIGNAL …
   * @returns the number of bytes sent
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
   * Receive data; wait until there is some.
   *
   * @param into the maximum number of bytes (default: 65536), or a buffer
   * @param flags MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, MSG_TRUNC, MSG_OOB
   * @returns the bytes, empty at the end of the stream; with a buffer, the number of bytes stored in it
   * @throws EAGAIN, ECONNRESET, ECONNREFUSED (UDP: an ICMP error arrived), ENOTCONN
   */
  export function recv(fd: Fd, into?: number, flags?: number): Promise<Uint8Array>;
  export function recv(fd: Fd, into: Uint8Array, flags?: number): Promise<number>;
  /** Receive a datagram and its sender's address. With MSG_TRUNC, `length` is the datagram's full length. */
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
  /** Shut down one direction or both. @param how SHUT_RD, SHUT_WR, SHUT_RDWR @throws ENOTCONN, EINVAL */
  export function shutdown(fd: Fd, how: number): Promise<0>;
  /** Close the descriptor. With SO_LINGER set it waits until the data is acknowledged. @throws EBADF */
  export function close(fd: Fd): Promise<0>;

  /** The value read from an option: usually a number; for a struct, its fields by name. */
  export type SocketOptionValue = number & string & Record<string, number>;
  /** The value of an option: a number, a string, or a struct with named fields. */
  export type SocketOption = number | boolean | string | Uint8Array | { readonly [field: string]: unknown };
  /**
   * Set an option: `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)`, `… SO_LINGER, { l_onoff: 1, l_linger: 0 }`,
   * `… SO_RCVTIMEO, { tv_sec: 1, tv_usec: 0 }`, `… SOL_TCP, TCP_CONGESTION, 'reno'`.
   *
   * @throws ENOPROTOOPT, EINVAL, EPERM, EDOM
   */
  export function setsockopt(fd: Fd, level: number, optname: number, optval: SocketOption): Promise<0>;
  /** Read an option; TCP_INFO returns an object with the fields of struct tcp_info. @throws ENOPROTOOPT */
  export function getsockopt(fd: Fd, level: number, optname: number): Promise<SocketOptionValue>;
  /** F_GETFL, F_SETFL (O_NONBLOCK), F_GETFD, F_SETFD (FD_CLOEXEC), F_DUPFD. @throws EBADF, EINVAL */
  export function fcntl(fd: Fd, cmd: number, arg?: number): Promise<number>;
  /** SIOCINQ, SIOCOUTQ, SIOCATMARK, FIONBIO … @throws ENOTTY */
  export function ioctl(fd: Fd, cmd: number, arg?: unknown): Promise<number>;
  /** A descriptor with the requested events, and (revents) the returned ones. */
  export interface PollFd {
    fd: Fd;
    events: number;
    revents?: number;
  }
  /**
   * Wait for events; each `revents` then holds the events that occurred.
   *
   * @param timeout in ms; -1 (the default): for ever; 0: do not wait
   * @returns how many descriptors have events
   */
  export function poll(list: PollFd[], timeout?: number): Promise<number>;

  /** What an epoll descriptor watches a descriptor for, or reports of it. */
  export interface EpollEvent<Data = unknown> {
    /** EPOLLIN, EPOLLOUT, EPOLLRDHUP …; to watch: `| EPOLLET`, `| EPOLLONESHOT`, `| EPOLLEXCLUSIVE` */
    events: number;
    /** Your own value, given back with each event; default: 0. */
    data?: Data;
  }
  /**
   * Open an epoll descriptor, which watches many descriptors at once.
   *
   * @param flags 0 or EPOLL_CLOEXEC
   * @throws EINVAL, EMFILE, ENFILE
   */
  export function epoll_create1(flags?: number): Promise<Fd>;
  /**
   * Change what an epoll descriptor watches. EPOLLERR and EPOLLHUP are always reported.
   *
   * @param op EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL, which needs no event
   * @throws EEXIST (watched already), ENOENT (not watched), EBADF, EPERM (cannot be polled), ELOOP (epoll descriptors that
   *   watch each other in a circle, or too deep), EINVAL, EFAULT (no event)
   */
  export function epoll_ctl(epfd: Fd, op: number, fd: Fd, event?: EpollEvent): Promise<0>;
  /**
   * Wait until a watched descriptor is ready.
   *
   * @param maxevents how many events to report at most, at least 1
   * @param timeout in ms; -1 (the default): for ever; 0: do not wait
   * @returns the events; none when the time is up
   * @throws EBADF, EINVAL
   */
  export function epoll_wait<Data = number>(
    epfd: Fd,
    maxevents: number,
    timeout?: number,
  ): Promise<Required<EpollEvent<Data>>[]>;
  /**
   * Open a counter. write() adds 8 bytes, read() takes all of it (EFD_SEMAPHORE: 1), and waits while it is 0.
   *
   * @param initval the counter's first value; default: 0
   * @param flags EFD_SEMAPHORE, EFD_NONBLOCK, EFD_CLOEXEC
   * @throws EINVAL, EMFILE, ENFILE
   */
  export function eventfd(initval?: number, flags?: number): Promise<Fd>;

  /** Sleep for `ms` milliseconds of virtual time. */
  export function sleep(ms: number): Promise<0>;
  /** The clock in ns: CLOCK_MONOTONIC (the default) or CLOCK_REALTIME. */
  export function clock_gettime(clock?: number): number;
  /** The process id. */
  export function getpid(): number;
  /**
   * Start another process, with its own descriptors. `exited` is fulfilled when it ends, with the value that
   * it threw, if any.
   */
  export function spawn(
    name: string,
    main: () => unknown,
  ): { pid: number; exited: Promise<{ pid: number; name: string; error?: unknown }> };

  /**
   * Start a Node program in a process of its own: a file, named from the folder of the scenario. It runs as it
   * is, with Node's modules and its packages. `exited` is fulfilled when it ends, with its exit code.
   */
  export function spawn(
    program: string,
    options?: {
      args?: (string | number)[];
      env?: Record<string, string | number>;
      cwd?: string;
      name?: string;
    },
  ): { pid: number; exited: Promise<{ pid: number; name: string; error?: unknown; code?: number }> };

  // The machine

  /** Read or change a setting: `sysctl('net.ipv4.tcp_syncookies', 0)`. @throws ENOENT, EINVAL */
  export function sysctl(name: string, value?: string | number): string;
  /** A frame, as passed to the predicate of dropFrames(). */
  export interface Frame {
    /** Counts from 1, in the order of sending. */
    number: number;
    /** Including the Ethernet header. */
    bytes: Uint8Array;
    /** 'SYN', 'SYN ACK', 'ACK', 'PSH ACK', 'FIN ACK', 'RST' …; '' if it is not TCP. */
    tcpFlags: string;
  }
  /** Lose the frames for which the predicate returns true. @returns a function that ends the loss */
  export function dropFrames(predicate: (frame: Frame) => boolean): () => void;
  /** The text of /proc/net/NAME: 'tcp', 'udp', 'snmp', 'netstat', 'sockstat' … @throws ENOENT */
  export function proc(name: string): string;
  /** Keep only these capabilities (CAP_NET_RAW …). Processes start with all of them. */
  export function capset(...capabilities: number[]): void;
  /** Set the maximum number of descriptors of the process: beyond it calls fail with EMFILE. */
  export function setrlimit_nofile(limit: number): void;
  /** Set the maximum number of open files of the machine: beyond it calls fail with ENFILE. */
  export function setFileMax(limit: number): void;
  /** Set the maximum number of sockets of the machine. */
  export function setSocketMax(limit: number): void;
  /** Make the next calls at a place in the kernel fail, to exercise the code that handles the failure. */
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
  /** Install a cgroup program that can reject each new Internet socket; null removes it. */
  export function cgroupSock(program: (() => number) | null): void;
  /** The kernel's messages so far. */
  export function kernelLog(): string[];
  /** The module table that the kernel's request_module() uses. */
  export const modules: {
    /** Make an alias ('net-pf-10') loadable; `load` registers the module's operations. */
    add(alias: string, load: () => void): void;
    remove(alias: string): boolean;
    aliases(): string[];
    /** The modules requested so far. */
    requests(): { name: string; found: boolean }[];
    /** The reference count of the kernel's own module. */
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
  export const EPOLL_CLOEXEC: 0o2000000;
  export const EPOLL_CTL_ADD: 1;
  export const EPOLL_CTL_DEL: 2;
  export const EPOLL_CTL_MOD: 3;
  export const EPOLLIN: 0x0001;
  export const EPOLLPRI: 0x0002;
  export const EPOLLOUT: 0x0004;
  export const EPOLLERR: 0x0008;
  export const EPOLLHUP: 0x0010;
  export const EPOLLNVAL: 0x0020;
  export const EPOLLRDNORM: 0x0040;
  export const EPOLLRDBAND: 0x0080;
  export const EPOLLWRNORM: 0x0100;
  export const EPOLLWRBAND: 0x0200;
  export const EPOLLMSG: 0x0400;
  export const EPOLLRDHUP: 0x2000;
  export const EPOLLEXCLUSIVE: 0x10000000;
  export const EPOLLWAKEUP: 0x20000000;
  export const EPOLLONESHOT: 0x40000000;
  export const EPOLLET: -0x80000000;
  export const EFD_SEMAPHORE: 1;
  export const EFD_CLOEXEC: 0o2000000;
  export const EFD_NONBLOCK: 0o4000;
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
