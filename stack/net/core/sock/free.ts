/** The end of a socket: when the last reference and the last packet are gone. @linux net/core/sock.c */
import { sock_net, type sock, type sock_common } from '../../../include/net/sock.ts';
import { module_put } from '../../../kernel/module.ts';
import { security_sk_free } from '../../../security/security.ts';
import { reuseport_detach_sock } from '../sock_reuseport.ts';
import { put_page } from '../skbuff/alloc.ts';

/** No process refers to it any more: packets in flight may still. @linux net/core/sock.c */
export function sk_free(sk: sock): void {
  // One count of sk_wmem_alloc is the socket's own, the others are its packets'.
  if (--sk.sk_wmem_alloc === 0) __sk_free(sk);
}
/** Nobody refers to it. @linux net/core/sock.c */
export function __sk_free(sk: sock): void {
  sk_destruct(sk);
}
function sk_destruct(sk: sock): void {
  sk.sk_destruct(sk);
  if (sk.sk_frag !== null && sk.sk_frag.page !== null) put_page(sk.sk_frag.page);
  sk.sk_frag = null;
  if (sk.sk_reuseport_cb !== null) reuseport_detach_sock(sk);
  security_sk_free(sk);
  const { machine } = sock_net(sk);
  machine.sockets.delete(sk);
  module_put(machine.kernel_module);
}
/** Give a reference back. @linux include/net/sock.h */
export function sock_put(sk: sock_common): void {
  if (--sk.skc_refcnt === 0) sk_free(sk as sock);
}
