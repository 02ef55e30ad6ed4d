/** Sockets with connections, all in one import. @linux net/ipv4/inet_connection_sock.c */
export * from './inet_connection_sock/accept.ts';
export * from './inet_connection_sock/clone.ts';
export * from './inet_connection_sock/destroy.ts';
export * from './inet_connection_sock/listen.ts';
export * from './inet_connection_sock/port.ts';
export * from './inet_connection_sock/port_range.ts';
export * from './inet_connection_sock/request_queue.ts';
export * from './inet_connection_sock/route.ts';
export * from './inet_connection_sock/xmit_timers.ts';
