/** The protocols on TCP that are known, by their ports and by what they look like. */
import { HTTP } from './http.ts';
import { Ports } from './recognition.ts';
import { TLS } from './tls.ts';
import type { StreamProtocol } from './streamProtocol.ts';

const BY_PORT: readonly (readonly [StreamProtocol, readonly number[]])[] = [
  [HTTP, [80, 1900, 2710, 2869, 3128, 3132, 5985, 8080, 8088, 11371]],
  [TLS, [443, 465, 636, 853, 993, 995, 2221, 2443, 5061, 5671, 5684, 8883]],
];

export const PORTS = new Ports(
  new Map(BY_PORT.flatMap(([protocol, ports]) => ports.map((port) => [port, protocol] as const))),
  [HTTP, TLS],
);
