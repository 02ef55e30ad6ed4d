/** The socket layer, all in one import: socket() in socket/create.ts, the other system calls in socket/syscalls.ts. @linux net/socket.c */
export * from './socket/alloc.ts';
export * from './socket/create.ts';
export * from './socket/family.ts';
export * from './socket/file.ts';
export * from './socket/ioctl.ts';
export * from './socket/syscalls.ts';
