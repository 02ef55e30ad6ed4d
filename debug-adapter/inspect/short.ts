/**
 * Short texts for the side bar, which shows about thirty characters: in trees, and after the name of the
 * stopped thread. Common parts are omitted: nearly every socket has the address 127.0.0.1, so a port alone
 * means a port there. The tooltips have the full text.
 */
import type { sock_common } from '../../stack/include/net/sock.ts';
import { endpoint, ipv4, localPort } from './format.ts';
import { hasPeer } from './presenters/sock.ts';
import type { PacketEnd, PacketWords } from './packetText.ts';

const INADDR_LOOPBACK = 0x7f000001;

/** `:8080`, `10.0.0.1:8080`, `*:8080` */
export function shortEndpoint(address: number, port: number): string {
  return address === INADDR_LOOPBACK ? `:${port === 0 ? '*' : port}` : endpoint(address, port);
}

/** `:40312→:8080`; only the local end while there is no peer. */
export function shortEndpoints(sk: sock_common): string {
  const { skc_rcv_saddr, skc_daddr, skc_dport } = sk;
  const port = localPort(sk);
  if (!hasPeer(sk)) return port === 0 ? 'unbound' : shortEndpoint(skc_rcv_saddr, port);
  const peer = shortEndpoint(skc_daddr, skc_dport);
  return port === 0 ? `→ ${peer}` : `${shortEndpoint(skc_rcv_saddr, port)}→${peer}`;
}
/** The peer of a listener's connection, displayed below the listener: `← :40312`. */
export function cameFrom(sk: sock_common): string {
  return `← ${shortEndpoint(sk.skc_daddr, sk.skc_dport)}`;
}

/** From the server's point of view: `:8080 ← :40312`. */
export function shortIncoming(sk: sock_common): string {
  return `${shortEndpoint(sk.skc_rcv_saddr, sk.skc_num)} ${cameFrom(sk)}`;
}

function shortEnd({ address, port }: PacketEnd): string {
  if (port !== undefined) return shortEndpoint(address, port);
  return address === INADDR_LOOPBACK ? 'lo' : ipv4(address);
}
/** The kind of packet comes first: `[SYN, ACK] :8080 → :40312 Seq=0 Ack=1 Len=0`. */
export function shortPacket({ ends, what }: PacketWords): string {
  if (ends === undefined) return what;
  const [, kind, rest] = /^(\[[^\]]*\]|\S+)(.*)$/.exec(what) ?? [what, what, ''];
  return `${kind} ${shortEnd(ends.from)} → ${shortEnd(ends.to)}${rest}`;
}

/** A duration in three digits: `1 s` for 999.98 ms. */
export function roughly(ns: number): string {
  const units = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ] as const;
  const size = Math.abs(Number(ns.toPrecision(3)));
  const [factor, unit] = units.find(([factor]) => size >= factor) ?? units[3];
  return `${Number((ns / factor).toPrecision(3))} ${unit}`;
}
