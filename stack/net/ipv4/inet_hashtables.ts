/** The hash tables of connections, listeners and bound ports, all in one import. @linux net/ipv4/inet_hashtables.c */
export * from './inet_hashtables/bind.ts';
export * from './inet_hashtables/connect.ts';
export * from './inet_hashtables/established.ts';
export * from './inet_hashtables/hash.ts';
export * from './inet_hashtables/inherit.ts';
export * from './inet_hashtables/listening.ts';
export * from './inet_hashtables/lookup.ts';
