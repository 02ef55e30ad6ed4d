/** Configuration of forwarded ports: the `ports` of a launch configuration. */
import { ConfigError, show, type Path } from '../config.ts';
import { ipv4_is_loopback } from '../include/uapi/linux/in.ts';
import { parseAddress } from '../lib/parse_address.ts';
import type { ForwardedPort } from './host_side.ts';
import { told } from '../lib/told.ts';

const EXAMPLE = '{ "127.0.0.1:8080": 80 }';
const LOOPBACK = '127.0.0.1';

/** @param input the machine's ports, by addresses of the host; undefined: none @throws ConfigError */
export function parsePorts(input: unknown, ...path: string[]): ForwardedPort[] {
  if (input === undefined || input === null) return [];
  if (typeof input !== 'object' || Array.isArray(input))
    throw new ConfigError(path, told('must be an object such as {0}, got {1}', EXAMPLE, show(input)));
  const ports = Object.entries(input).map(([host, to]): ForwardedPort => {
    const at = [...path, host];
    if (!isPort(to))
      throw new ConfigError(at, told('must be a port of the machine, from 1 to 65535, got {0}', show(to)));
    return { ...host_endpoint(host, at), to: Number(to) };
  });
  for (const [index, { address, port }] of ports.entries())
    if (ports.findIndex((other) => other.address === address && other.port === port) !== index)
      throw new ConfigError(path, told('names port {0} of {1} twice', port, address));
  return ports;
}

/** 'ADDRESS:PORT' or 'PORT': only programs of this computer can connect. */
function host_endpoint(text: string, path: Path): { address: string; port: number } {
  const [, address = LOOPBACK, port] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  if (!isPort(port) || parsed === null)
    throw new ConfigError(path, told('is no address and port of this computer, such as in {0}', EXAMPLE));
  if (!ipv4_is_loopback(parsed))
    throw new ConfigError(
      path,
      told('is not on the loopback, where only this computer can connect: use {0}', EXAMPLE),
    );
  return { address: address === 'localhost' ? LOOPBACK : address, port: Number(port) };
}

function isPort(value: unknown): boolean {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) && Number(number) >= 1 && Number(number) <= 65535;
}
