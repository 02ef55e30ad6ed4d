/** The packet buffer's functions, all in one import. @linux net/core/skbuff.c */
export * from './skbuff/alloc.ts';
export * from './skbuff/data.ts';
export * from './skbuff/queue.ts';
export * from './skbuff/split.ts';
