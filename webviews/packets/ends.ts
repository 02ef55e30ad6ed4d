/** The two ends of a packet: addresses and ports, each said once. */
import type { PacketRow } from '../messages.ts';

export interface Ports {
  source: string;
  destination: string;
  /** As they stand in the info: `40312 → 8080 `. */
  text: string;
}

/** The ports, where the info says them and the addresses end in them; an address of Ethernet has colons, too. */
export function portsOf(row: PacketRow): Ports | undefined {
  const match = /(?:^|\] )((\d+) → (\d+) )/.exec(row.info);
  const [text, source, destination] = match?.slice(1) ?? [];
  if (text === undefined || source === undefined || destination === undefined) return undefined;
  const isSaid = row.source.endsWith(`:${source}`) && row.destination.endsWith(`:${destination}`);
  return isSaid ? { source, destination, text } : undefined;
}

/** Do both ends have the same address, as on loopback? */
export function isOneHost(row: PacketRow): boolean {
  const ports = portsOf(row);
  if (!ports) return row.source === row.destination;
  return row.source.slice(0, -ports.source.length) === row.destination.slice(0, -ports.destination.length);
}

/** `40312 → 8080` within one host, else `10.0.0.1:40312 → 10.0.0.2:8080`. */
export function endsText(row: PacketRow): string {
  if (!isOneHost(row)) return `${row.source} → ${row.destination}`;
  const ports = portsOf(row);
  return ports ? `${ports.source} → ${ports.destination}` : row.source;
}
