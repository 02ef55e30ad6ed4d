/** Which fields can be left out of a comparison, and why. */
import type { Aspect } from './data.ts';
import type { Field } from '../tree/field.ts';

export const ASPECTS = [
  'times',
  'ids',
  'ports',
  'sequence',
  'checksums',
  'link',
  'addresses',
] as const satisfies readonly Aspect[];

/** Two runs of the same programs differ in these. */
export const USUALLY_IGNORED: readonly Aspect[] = ['times', 'ids', 'ports', 'sequence', 'checksums', 'link'];

const OF_FIELDS: ReadonlyMap<string, Aspect> = new Map([
  ...of('times', 'tcp.options.timestamp.tsval', 'tcp.options.timestamp.tsecr'),
  ...of('ids', 'ip.id', 'ipv6.flow', 'ipv6.fraghdr.ident', 'dns.id', 'icmp.ident', 'icmp.ident_le'),
  ...of('ids', 'icmpv6.echo.identifier'),
  ...of('sequence', 'tcp.seq_raw', 'tcp.ack_raw'),
  ...of('link', 'arp.src.hw_mac', 'arp.dst.hw_mac', 'icmpv6.opt.linkaddr'),
  ...of('link', 'icmpv6.opt.src_linkaddr', 'icmpv6.opt.target_linkaddr'),
  ...of('addresses', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4'),
]);

function of(aspect: Aspect, ...fields: readonly string[]): (readonly [string, Aspect])[] {
  return fields.map((field) => [field, aspect]);
}

const PORTS = new Set(['tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport']);
const CHECKSUM = /\.checksum$/;
/** Linux chooses ports from here on for those who ask for none. */
const FIRST_EPHEMERAL = 32_768;

/**
 * The aspect that a field's value belongs to; undefined if it always counts.
 *
 * @param clientPort of the packet's conversation, if it has one
 */
export function aspectOf(
  { name }: Field,
  value: unknown,
  clientPort: number | undefined,
): Aspect | undefined {
  if (PORTS.has(name)) {
    const isClients = clientPort === undefined ? Number(value) >= FIRST_EPHEMERAL : value === clientPort;
    return isClients ? 'ports' : undefined;
  }
  return OF_FIELDS.get(name) ?? (CHECKSUM.test(name) ? 'checksums' : undefined);
}
