/**
 * The queues that drop packets when they are full. `receive` and `backlog` count bytes of memory, `neighbour` (the
 * packets that wait for its address) too; `cpu` (of devices without NAPI) and `qdisc` packets, a bfifo bytes.
 */
export type FullQueue = 'backlog' | 'receive' | 'qdisc' | 'cpu' | 'neighbour';
