/**
 * Memory accounting of a socket's packets: charging, reserving, limits. Sizes are bytes of truesize unless
 * stated as pages.
 *
 * @linux net/core/sock.c, include/net/sock.h
 */
import { type page, page_frag, type sk_buff } from '../../../include/linux/skbuff.ts';
import {
  type proto_memory,
  type sock,
  sock_flag,
  SOCK_MIN_SNDBUF,
  sock_net,
  SOCK_SNDBUF_LOCK,
  SOCK_USE_WRITE_QUEUE,
} from '../../../include/net/sock.ts';
import { in_interrupt } from '../../../kernel/softirq.ts';
import { trace } from '../../../trace/events.ts';
import { __kfree_skb, alloc_page, put_page, skb_orphan } from '../skbuff/alloc.ts';
import { __sk_free } from './alloc.ts';

export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;
export const SK_MEM_SEND = 0;
export const SK_MEM_RECV = 1;
/** Size of the pages for payload. @linux SKB_FRAG_PAGE_ORDER */
const SKB_FRAG_PAGE_SIZE = 32768;

function memory_of(sk: sock): proto_memory | null {
  return sk.sk_memory;
}
function sk_mem_pages(amt: number): number {
  return Math.ceil(amt / PAGE_SIZE);
}
/** Whether the protocol limits the total memory of its sockets. @linux include/net/sock.h */
export function sk_has_account(sk: sock): boolean {
  return memory_of(sk) !== null;
}
/** The protocol's limit, in pages: 0 low, 1 pressure, 2 high. @linux include/net/sock.h */
export function sk_prot_mem_limits(sk: sock, index: number): number {
  return memory_of(sk)?.sysctl_mem[index] ?? Infinity;
}
/** Whether the protocol supports memory pressure. @linux include/net/sock.h */
export function sk_has_memory_pressure(sk: sock): boolean {
  return memory_of(sk) !== null;
}
/** Whether the protocol is under memory pressure. @linux include/net/sock.h */
export function sk_under_memory_pressure(sk: sock): boolean {
  const memory = memory_of(sk);
  return memory !== null && memory.memory_pressure !== 0;
}
/** The protocol's sockets together exceed the pressure mark. @linux net/core/sock.c */
export function sk_enter_memory_pressure(sk: sock): void {
  sk.sk_prot.enter_memory_pressure?.(sk);
}
/** The protocol's memory use is below the low mark again. @linux net/core/sock.c */
export function sk_leave_memory_pressure(sk: sock): void {
  if (sk.sk_prot.leave_memory_pressure) sk.sk_prot.leave_memory_pressure(sk);
  else {
    const memory = memory_of(sk);
    if (memory !== null) memory.memory_pressure = 0;
  }
}
/** Total memory of the protocol's sockets, in pages. @linux include/net/sock.h */
export function sk_memory_allocated(sk: sock): number {
  return memory_of(sk)?.memory_allocated ?? 0;
}
/** Count a new socket of the protocol. @linux include/net/sock.h */
export function sk_sockets_allocated_inc(sk: sock): void {
  const memory = memory_of(sk);
  if (memory !== null) memory.sockets_allocated++;
}
/** Count a freed socket of the protocol. @linux include/net/sock.h */
export function sk_sockets_allocated_dec(sk: sock): void {
  const memory = memory_of(sk);
  if (memory !== null) memory.sockets_allocated--;
}
/** The number of the protocol's sockets. @linux include/net/sock.h */
export function sk_sockets_allocated_read_positive(sk: sock): number {
  return memory_of(sk)?.sockets_allocated ?? 0;
}

/** Charge `size` bytes to the memory that the socket has reserved. @linux include/net/sock.h */
export function sk_mem_charge(sk: sock, size: number): void {
  if (sk_has_account(sk)) sk.sk_forward_alloc -= size;
}
/** Return `size` bytes to the memory that the socket has reserved. @linux include/net/sock.h */
export function sk_mem_uncharge(sk: sock, size: number): void {
  if (!sk_has_account(sk)) return;
  sk.sk_forward_alloc += size;
  sk_mem_reclaim(sk);
}
/** Return unused whole pages to the protocol. @linux include/net/sock.h */
export function sk_mem_reclaim(sk: sock): void {
  if (sk_has_account(sk) && sk.sk_forward_alloc >= PAGE_SIZE) __sk_mem_reclaim(sk, sk.sk_forward_alloc);
}
/** Return the whole reservation when the socket ends. @linux include/net/sock.h */
export function sk_mem_reclaim_final(sk: sock): void {
  sk_mem_reclaim(sk);
}
/** Return `amount` bytes of the reservation to the protocol, in whole pages. @linux net/core/sock.c */
export function __sk_mem_reclaim(sk: sock, amount: number): void {
  const pages = amount >> PAGE_SHIFT;
  sk.sk_forward_alloc -= pages << PAGE_SHIFT;
  __sk_mem_reduce_allocated(sk, pages);
}
/** Reduce the protocol's total by `pages`; this may end memory pressure. @linux net/core/sock.c */
export function __sk_mem_reduce_allocated(sk: sock, pages: number): void {
  const memory = memory_of(sk);
  if (memory === null) return;
  memory.memory_allocated -= pages;
  if (memory.memory_pressure !== 0 && memory.memory_allocated < memory.sysctl_mem[0]!)
    sk_leave_memory_pressure(sk);
}

/**
 * Reserve memory from the protocol, within its limits.
 *
 * @returns whether it was granted
 * @linux net/core/sock.c
 */
export function __sk_mem_schedule(sk: sock, size: number, kind: number): boolean {
  const pages = sk_mem_pages(size);
  sk.sk_forward_alloc += pages << PAGE_SHIFT;
  const granted = __sk_mem_raise_allocated(sk, size, pages, kind);
  if (!granted) sk.sk_forward_alloc -= pages << PAGE_SHIFT;
  return granted;
}
function __sk_mem_raise_allocated(sk: sock, size: number, pages: number, kind: number): boolean {
  const memory = memory_of(sk)!;
  memory.memory_allocated += pages;
  const allocated = memory.memory_allocated;
  if (allocated <= memory.sysctl_mem[0]!) {
    if (memory.memory_pressure !== 0) sk_leave_memory_pressure(sk);
    return true;
  }
  if (allocated > memory.sysctl_mem[1]!) sk_enter_memory_pressure(sk);
  let granted = allocated <= memory.sysctl_mem[2]!;
  if (granted) {
    // Every socket may use its minimum, however much the others use.
    if (kind === SK_MEM_RECV) {
      if (sk.sk_rmem_alloc < sock_net(sk).ipv4.sysctl_tcp_rmem[0]!) return true;
    } else if (sk.sk_wmem_queued < sock_net(sk).ipv4.sysctl_tcp_wmem[0]!) {
      return true;
    }
    if (memory.memory_pressure !== 0) {
      const share = sk_mem_pages(sk.sk_wmem_queued + sk.sk_rmem_alloc + sk.sk_forward_alloc);
      granted = memory.sysctl_mem[2]! > memory.sockets_allocated * share;
    }
    if (granted) return true;
  }
  if (kind === SK_MEM_SEND && sock_flag(sk, SOCK_USE_WRITE_QUEUE)) {
    sk_stream_moderate_sndbuf(sk);
    // A sender with an empty queue must be able to make progress.
    if (sk.sk_wmem_queued + size >= sk.sk_sndbuf) return true;
  }
  trace.sock_exceed_buf_limit(sk, sk.sk_prot, allocated, kind);
  memory.memory_allocated -= pages;
  return false;
}
/** Whether `size` more bytes can be queued for sending. @linux include/net/sock.h */
export function sk_wmem_schedule(sk: sock, size: number): boolean {
  if (!sk_has_account(sk)) return true;
  const delta = size - sk.sk_forward_alloc;
  return delta <= 0 || __sk_mem_schedule(sk, delta, SK_MEM_SEND);
}
/** Whether `size` more bytes of `skb` can be received. @linux include/net/sock.h */
export function sk_rmem_schedule(sk: sock, _skb: sk_buff, size: number): boolean {
  if (!sk_has_account(sk)) return true;
  const delta = size - sk.sk_forward_alloc;
  return delta <= 0 || __sk_mem_schedule(sk, delta, SK_MEM_RECV);
}
/**
 * Reserve memory beyond the limits, for a FIN, which must be sent.
 *
 * @linux net/ipv4/tcp_output.c, here because this file accounts for memory
 */
export function sk_forced_mem_schedule(sk: sock, size: number): void {
  const delta = size - sk.sk_forward_alloc;
  if (delta <= 0) return;
  const pages = sk_mem_pages(delta);
  sk.sk_forward_alloc += pages << PAGE_SHIFT;
  const memory = memory_of(sk);
  if (memory !== null) memory.memory_allocated += pages;
}

/** Add `val` bytes (possibly negative) to the write queue's total. @linux include/net/sock.h */
export function sk_wmem_queued_add(sk: sock, val: number): void {
  sk.sk_wmem_queued += val;
}
/** Free a packet that was queued for sending. @linux include/net/sock.h */
export function sk_wmem_free_skb(sk: sock, skb: sk_buff): void {
  sk_wmem_queued_add(sk, -skb.truesize);
  sk_mem_uncharge(sk, skb.truesize);
  __kfree_skb(skb);
}
/** Under memory pressure shrink the send buffer to the part in use. @linux include/net/sock.h */
export function sk_stream_moderate_sndbuf(sk: sock): void {
  if ((sk.sk_userlocks & SOCK_SNDBUF_LOCK) !== 0) return;
  const val = Math.max(Math.min(sk.sk_sndbuf, sk.sk_wmem_queued >> 1), SOCK_MIN_SNDBUF);
  sk.sk_sndbuf = val;
}

/** The device has sent the packet: uncharge its memory. @linux net/core/sock.c */
export function sock_wfree(skb: sk_buff): void {
  const sk = skb.sk!;
  sk.sk_wmem_alloc -= skb.truesize;
  if (!sock_flag(sk, SOCK_USE_WRITE_QUEUE)) sk.sk_write_space(sk);
  if (sk.sk_wmem_alloc === 0) __sk_free(sk);
}
/** The packet was read: uncharge its memory. @linux net/core/sock.c */
export function sock_rfree(skb: sk_buff): void {
  const sk = skb.sk!;
  sk.sk_rmem_alloc -= skb.truesize;
  sk_mem_uncharge(sk, skb.truesize);
}
/** Charge an outgoing packet to its socket. @linux net/core/sock.c */
export function skb_set_owner_w(skb: sk_buff, sk: sock): void {
  skb_orphan(skb);
  skb.sk = sk;
  skb.destructor = sock_wfree;
  sk.sk_wmem_alloc += skb.truesize;
}
/** Charge a received packet to its socket. @linux include/net/sock.h */
export function skb_set_owner_r(skb: sk_buff, sk: sock): void {
  skb_orphan(skb);
  skb.sk = sk;
  skb.destructor = sock_rfree;
  sk.sk_rmem_alloc += skb.truesize;
  sk_mem_charge(sk, skb.truesize);
}

/** The page for payload: the process's, or the socket's when no process sends. @linux include/net/sock.h */
export function sk_page_frag(sk: sock): page_frag {
  const { machine } = sock_net(sk);
  if (!in_interrupt(machine)) return machine.current.task_frag;
  return (sk.sk_frag ??= new page_frag());
}

/**
 * Ensure room for payload in the page. A full page is reused from its start if no packet refers to it, and
 * replaced otherwise.
 *
 * @linux net/core/sock.c
 */
export function sk_page_frag_refill(sk: sock, pfrag: page_frag): page {
  const { page } = pfrag;
  if (page !== null) {
    if (page.refcount === 1) {
      pfrag.offset = 0;
      return page;
    }
    if (pfrag.offset < page.bytes.length) return page;
    put_page(page);
  }
  pfrag.offset = 0;
  return (pfrag.page = alloc_page(sock_net(sk).machine.page_pool, SKB_FRAG_PAGE_SIZE));
}

/** Destructor of pure ACKs, which never throttle the sender. @linux net/core/sock.c */
export function __sock_wfree(skb: sk_buff): void {
  const sk = skb.sk as sock;
  sk.sk_wmem_alloc -= skb.truesize;
  if (sk.sk_wmem_alloc === 0) __sk_free(sk);
}
