/** UDP, all in one import: hash tables, receiving, sending, reading. @linux net/ipv4/udp.c */
export * from './udp/disconnect.ts';
export * from './udp/hash.ts';
export * from './udp/prot.ts';
export * from './udp/rcv.ts';
export * from './udp/recvmsg.ts';
export * from './udp/sendmsg.ts';
