/** The ends of conversations, as text and as keys. */
import { formatAddress } from '../../stack/lib/format_address.ts';
import type { FrameFacts } from './frameFacts.ts';

/** One end of a conversation as its own host sees it, or a socket. Addresses are IPv4 as int32; 0: any, or none. */
export interface End {
  /** `TCP` */
  protocol: string;
  address: number;
  port: number;
  peerAddress: number;
  peerPort: number;
}

const IP_PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP' };

/** `TCP` for 6 */
export function protocolName(protocol: number): string {
  return IP_PROTOCOLS[protocol] ?? 'IP';
}

/** `127.0.0.1:8080`; `127.0.0.1` without a port; `*:8080` on any address. */
export function addressText(address: number, port: number): string {
  const text = address === 0 ? '*' : formatAddress(address);
  return port === 0 ? text : `${text}:${port}`;
}

/** The end that sent a frame. */
export function sourceEnd({ protocol, source, sourcePort, destination, destinationPort }: FrameFacts): End {
  const peer = { peerAddress: destination, peerPort: destinationPort };
  return { protocol, address: source, port: sourcePort, ...peer };
}
export function otherEnd({ protocol, address, port, peerAddress, peerPort }: End): End {
  return { protocol, address: peerAddress, port: peerPort, peerAddress: address, peerPort: port };
}

/** The same text for both ends of a conversation. */
export function connectionId({ protocol, address, port, peerAddress, peerPort }: End): string {
  const ends = [addressText(address, port), addressText(peerAddress, peerPort)].sort();
  return `${protocol} ${ends.join(' ')}`;
}
/** `TCP 127.0.0.1:40312 → 127.0.0.1:8080` */
export function connectionLabel({ protocol, address, port, peerAddress, peerPort }: End): string {
  return `${protocol} ${addressText(address, port)} → ${addressText(peerAddress, peerPort)}`;
}
/** `127.0.0.1:40312 → 127.0.0.1:8080`; its own address while it has no peer. */
export function socketText({ address, port, peerAddress, peerPort }: End): string {
  const own = addressText(address, port);
  return peerPort === 0 ? own : `${own} → ${addressText(peerAddress, peerPort)}`;
}
