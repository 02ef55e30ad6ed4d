/** Fields of a socket for conditions: its endpoints. */
import type { sock_common } from '../../stack/include/net/sock.ts';
import { ipv4 } from '../inspect/format.ts';
import type { Fields } from './condition.ts';

export function socketFields<Hit>(sk: (hit: Hit) => sock_common | null): Fields<Hit> {
  const local = (hit: Hit) => sk(hit)?.skc_num ?? 0;
  const remote = (hit: Hit) => sk(hit)?.skc_dport ?? 0;
  const localAddress = (hit: Hit) => ipv4(sk(hit)?.skc_rcv_saddr ?? 0);
  const remoteAddress = (hit: Hit) => ipv4(sk(hit)?.skc_daddr ?? 0);
  return {
    port: { kind: 'number', most: 65535, get: (hit) => [local(hit), remote(hit)] },
    lport: { kind: 'number', most: 65535, get: local },
    rport: { kind: 'number', most: 65535, get: remote },
    addr: { kind: 'address', get: (hit) => [localAddress(hit), remoteAddress(hit)] },
    laddr: { kind: 'address', get: localAddress },
    raddr: { kind: 'address', get: remoteAddress },
  };
}
