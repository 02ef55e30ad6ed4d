/** Fields of a packet for conditions: addresses, ports, flags, length. */
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { ipv4 } from '../inspect/format.ts';
import { tcpHeaderFlags } from '../inspect/names.ts';
import { headersOf, tcpHeaderOf } from '../inspect/packetText.ts';
import type { Fields } from './condition.ts';

const IPPROTO = { icmp: 1, tcp: 6, udp: 17 } as const;

function ports(skb: sk_buff): [number, number] {
  const headers = headersOf(skb);
  if (headers === undefined || (headers.protocol !== IPPROTO.tcp && headers.protocol !== IPPROTO.udp))
    return [0, 0];
  const at = headers.transport;
  return [(skb.head[at]! << 8) | skb.head[at + 1]!, (skb.head[at + 2]! << 8) | skb.head[at + 3]!];
}
const flagOf = (name: string) => (skb: sk_buff) =>
  ((tcpHeaderOf(skb)?.flags ?? 0) & tcpHeaderFlags.byName.get(name)!) !== 0;
const protocolIs = (protocol: number) => (skb: sk_buff) => headersOf(skb)?.protocol === protocol;

export function packetFields<Hit>(packet: (hit: Hit) => sk_buff): Fields<Hit> {
  const flag = (test: (skb: sk_buff) => boolean) => ({
    kind: 'flag' as const,
    get: (hit: Hit) => test(packet(hit)),
  });
  const source = (hit: Hit) => ipv4(headersOf(packet(hit))?.saddr ?? 0);
  const destination = (hit: Hit) => ipv4(headersOf(packet(hit))?.daddr ?? 0);
  return {
    port: { kind: 'number', most: 65535, get: (hit) => ports(packet(hit)) },
    sport: { kind: 'number', most: 65535, get: (hit) => ports(packet(hit))[0] },
    dport: { kind: 'number', most: 65535, get: (hit) => ports(packet(hit))[1] },
    addr: { kind: 'address', get: (hit) => [source(hit), destination(hit)] },
    src: { kind: 'address', get: source },
    dst: { kind: 'address', get: destination },
    len: { kind: 'number', get: (hit) => packet(hit).len },
    syn: flag(flagOf('SYN')),
    ack: flag(flagOf('ACK')),
    fin: flag(flagOf('FIN')),
    rst: flag(flagOf('RST')),
    psh: flag(flagOf('PSH')),
    tcp: flag(protocolIs(IPPROTO.tcp)),
    udp: flag(protocolIs(IPPROTO.udp)),
    icmp: flag(protocolIs(IPPROTO.icmp)),
  };
}
