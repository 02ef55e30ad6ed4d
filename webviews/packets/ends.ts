/** The two endpoints of a packet: addresses and ports, without repetition. */
import type { PacketRow } from '../messages.ts';

export interface Ports {
  source: string;
  destination: string;
  /** As written in the info text: `40312 → 8080 `. */
  text: string;
}

/**
 * The ports, if the info text has them and the addresses end with them; Ethernet addresses contain colons,
 * too.
 */
export function portsOf(row: PacketRow): Ports | undefined {
  const match = /(?:^|\] )((\d+) → (\d+) )/.exec(row.info);
  const [text, source, destination] = match?.slice(1) ?? [];
  if (text === undefined || source === undefined || destination === undefined) return undefined;
  const isSaid = row.source.endsWith(`:${source}`) && row.destination.endsWith(`:${destination}`);
  return isSaid ? { source, destination, text } : undefined;
}

/** Whether both endpoints have the same address, as on loopback. */
export function isOneHost(row: PacketRow): boolean {
  const ports = portsOf(row);
  if (!ports) return row.source === row.destination;
  return row.source.slice(0, -ports.source.length) === row.destination.slice(0, -ports.destination.length);
}

/** `40312 → 8080` within one host, else `10.0.0.1:40312 → 10.0.0.2:8080`. */
export function endsText(row: PacketRow): string {
  if (!isOneHost(row)) return `${row.source} → ${row.destination}`;
  const ports = portsOf(row);
  return ports ? `${ports.source} → ${ports.destination}` : `${row.source} → ${row.destination}`;
}
