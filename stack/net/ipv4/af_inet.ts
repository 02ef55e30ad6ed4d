/** The Internet family, all in one import. @linux net/ipv4/af_inet.c */
export * from './af_inet/create.ts';
export * from './af_inet/destruct.ts';
export * from './af_inet/init.ts';
export * from './af_inet/ops.ts';
export * from './af_inet/socket.ts';
export * from './af_inet/stream.ts';
