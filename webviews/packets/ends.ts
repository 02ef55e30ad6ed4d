/** The two endpoints of a packet: addresses and ports, without repetition. */
import type { PacketRow } from '../messages.ts';

/** An address with a port; Ethernet addresses contain colons, too. */
const WITH_PORT = /^(\d+(?:\.\d+){3}):(\d+)$/;

interface Ends {
  /** Both have this address, as on loopback. */
  isOneHost: boolean;
  /** `40312 → 8080`; undefined for packets without ports. */
  ports: string | undefined;
}

function endsOf({ source, destination }: Pick<PacketRow, 'source' | 'destination'>): Ends {
  const [from, to] = [WITH_PORT.exec(source), WITH_PORT.exec(destination)];
  if (!from || !to) return { isOneHost: source === destination, ports: undefined };
  return { isOneHost: from[1] === to[1], ports: `${from[2]} → ${to[2]}` };
}

/** Whether both endpoints have the same address. */
export function isOneHost(row: PacketRow): boolean {
  return endsOf(row).isOneHost;
}

/** `40312 → 8080` within one host, else `10.0.0.1:40312 → 10.0.0.2:8080`. */
export function endsText(row: Pick<PacketRow, 'source' | 'destination'>): string {
  const { isOneHost, ports } = endsOf(row);
  return isOneHost && ports ? ports : `${row.source} → ${row.destination}`;
}

/** The info without the ports, which a column has. */
export function infoText(row: Pick<PacketRow, 'source' | 'destination' | 'info'>): string {
  const { ports } = endsOf(row);
  if (!ports) return row.info;
  const at = row.info.indexOf(`${ports} `);
  const isBegin = at === 0 || row.info.slice(0, at).endsWith('] ');
  return at >= 0 && isBegin ? row.info.slice(0, at) + row.info.slice(at + ports.length + 1) : row.info;
}
