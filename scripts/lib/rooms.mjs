/**
 * The rooms of stack/, from the bottom up: a room may use those before it, never those after it. Inside a room files may
 * call each other. What a lower room must call in a higher one it calls through an ops table of Linux's own (sk_prot,
 * dst.output, net_protocol.handler, …).
 *
 * @type {readonly { name: string, path: string, what: string }[]}
 */
export const rooms = [
  {
    name: 'lib',
    path: '^stack/lib/',
    what: 'Checksums, hashes, random numbers: arithmetic that knows no kernel',
  },
  {
    name: 'clock',
    path: '^stack/kernel/time/(jiffies|timekeeping)\\.ts$',
    what: "Reading the machine's time: jiffies and nanoseconds",
  },
  {
    name: 'include',
    path: '^stack/include/',
    what: "Linux's headers: structs, constants, and the inlines that need nothing else",
  },
  { name: 'trace', path: '^stack/trace/', what: 'Tracepoints and what listens to them' },
  { name: 'security', path: '^stack/security/', what: 'The hooks of the security modules' },
  {
    name: 'kernel',
    path: '^stack/kernel/(?!time/(jiffies|timekeeping)\\.ts$)',
    what: 'Scheduler, wait queues, softirqs, timers, sysctls, modules, the log',
  },
  { name: 'fs', path: '^stack/fs/', what: 'File descriptors, poll, epoll, eventfd' },
  {
    name: 'net/core',
    path: '^stack/net/((core|ethernet|sched)/|sysctl_)',
    what: 'sk_buff, sock, devices, NAPI, GRO, neighbours; Ethernet; queueing disciplines; settings',
  },
  { name: 'net/socket', path: '^stack/net/socket', what: 'The socket system calls' },
  {
    name: 'ip',
    path: '^stack/net/ipv4/(?!tcp|inet_connection_sock|inet_hashtables|inet_timewait_sock|syncookies|udp|proc|af_inet/(?!sock\\.ts$))',
    what: 'IPv4: routes, input, output, fragments, options, ARP, ICMP, raw and ping sockets',
  },
  {
    name: 'tcp',
    path: '^stack/net/ipv4/(tcp|inet_connection_sock|inet_hashtables|inet_timewait_sock|syncookies)',
    what: 'TCP, connection sockets and their hash tables',
  },
  { name: 'udp', path: '^stack/net/ipv4/udp', what: 'UDP' },
  {
    name: 'inet',
    path: '^stack/net/ipv4/(proc|af_inet/(?!sock\\.ts$))',
    what: 'The Internet family: socket(), bind(), connect() for all its protocols; /proc/net',
  },
  { name: 'wire', path: '^stack/wire/', what: 'What a NIC is plugged into: latency, bandwidth, loss, …' },
  {
    name: 'drivers',
    path: '^stack/drivers/',
    what: "The virtual NIC: its driver and its hardware's rings, DMA and IRQ",
  },
  { name: 'capture', path: '^stack/capture/', what: 'Captured frames, pcapng' },
  {
    name: 'world',
    path: '^stack/world/',
    what: 'Virtual time, the order of events, what comes from outside and its log',
  },
  {
    name: 'machine',
    path: '^stack/(boot|config|fault_config|interface_config|interfaces|machine|outside_config|sysctl_config)\\.ts$',
    what: 'A machine put together and booted',
  },
  { name: 'user', path: '^stack/user/', what: 'What a scenario sees: library, constants, errors, loader' },
  {
    name: 'node',
    path: '^stack/node/',
    what: "Node programs: libuv's loop, and what Node's network modules ask of their native classes",
  },
  {
    name: 'gateway',
    path: '^stack/gateway/',
    what: 'The host of a world that leads connections of the host computer to its programs',
  },
  { name: 'programs', path: '^stack/programs\\.ts$', what: 'Loading programs of any kind' },
  {
    name: 'debugger',
    path: '^stack/debugger/',
    what: "The stack's face to a debugger: which code is whose, where it stops, what its numbers are called",
  },
  { name: 'index', path: '^stack/index\\.ts$', what: "The stack's face to the outside" },
];
