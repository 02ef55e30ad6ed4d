/** The device layer's functions, all in one import. @linux net/core/dev.c */
export * from './dev/checksum.ts';
export * from './dev/gso.ts';
export * from './dev/hard_xmit.ts';
export * from './dev/init.ts';
export * from './dev/napi.ts';
export * from './dev/queue.ts';
export * from './dev/receive.ts';
export * from './dev/register.ts';
export * from './dev/xmit.ts';
