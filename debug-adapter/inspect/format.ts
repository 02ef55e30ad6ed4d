/** Numbers as a person reads them. */

/** Format an IPv4 address stored as an int32. */
export function ipv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim());
  if (!match) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8) | part, 0);
}
/** `127.0.0.1:8080`; `*` stands for any address and any port. */
export function endpoint(address: number, port: number): string {
  return `${address === 0 ? '*' : ipv4(address)}:${port === 0 ? '*' : port}`;
}
/**
 * The local port of a connection. One that has ended has released its port, but its packets were still sent
 * from it.
 */
export function localPort(sk: { skc_num: number; inet_sport?: number }): number {
  return sk.skc_num !== 0 ? sk.skc_num : (sk.inet_sport ?? 0);
}
export function mac(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** A duration in ns with a suitable unit: `40 µs`, `1.5 s`. */
export function duration(ns: number): string {
  if (!Number.isFinite(ns)) return 'never';
  const size = Math.abs(ns);
  if (size < 1_000) return `${ns} ns`;
  if (size < 1_000_000) return `${trimmed(ns / 1_000)} µs`;
  if (size < 1_000_000_000) return `${trimmed(ns / 1_000_000)} ms`;
  return `${trimmed(ns / 1_000_000_000)} s`;
}
function trimmed(value: number): string {
  return Number(value.toFixed(3)).toString();
}
/** Seconds since boot with all nine digits: `0.000010000`. */
export function seconds(ns: number): string {
  const whole = Math.floor(ns / 1_000_000_000);
  return `${whole}.${String(Math.round(ns - whole * 1_000_000_000)).padStart(9, '0')}`;
}
/** As seconds(), for use in a sentence: `0.000 010 000 s`. */
export function secondsInGroups(ns: number): string {
  return `${seconds(ns).replace(/(\d{3})(\d{3})(\d{3})$/, '$1 $2 $3')} s`;
}
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
