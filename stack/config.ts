/**
 * The configuration of a world and its machine: the part of the launch configuration for them, parsed from
 * unknown input.
 */
import { parseFaults, type Fault } from './fault_config.ts';
import { parseInterfaces } from './interface_config.ts';
import { show_value } from './lib/show_value.ts';
import { OUTSIDE_KEYS, parseOutside } from './outside_config.ts';
import { told, told_text, ToldError, type Told } from './lib/told.ts';

/** The loopback NIC and its wire. */
export interface NicConfig {
  /** Largest IP packet, in bytes. */
  mtu: number;
  /** Descriptors in each ring: a power of two. */
  ringSize: number;
  /** One-way delay of the wire, in ns. */
  latency: number;
  /** Bits per second; 0: unlimited. */
  bandwidth: number;
  /** Probabilities, 0 to 1. */
  loss: number;
  reorder: number;
  duplicate: number;
  corrupt: number;
}
/** A wire and the NICs that it is plugged into. */
export interface WireConfig extends NicConfig {
  /** How the wire leads out of the world; null: it does not. */
  outside: UdpConfig | null;
}
/** Each Ethernet frame is a datagram between two sockets of the host. */
export interface UdpConfig {
  type: 'udp';
  local: HostEndpoint;
  remote: HostEndpoint;
}
/** An address of the host's loopback. */
export interface HostEndpoint {
  address: string;
  port: number;
}
/** An Ethernet interface that a machine has from the start. */
export interface InterfaceConfig {
  /** 'eth0' */
  name: string;
  /** Host order. */
  address: number;
  prefix: number;
  /** The default route's next hop; null: none. */
  gateway: number | null;
  wire: WireConfig;
}
export interface MachineConfig {
  /** Default: 'localhost'. */
  hostname?: string;
  /** Default: none but lo. */
  interfaces?: readonly InterfaceConfig[];
  /** Settings by their path under /proc/sys, with dots: 'net.ipv4.tcp_syncookies'. */
  sysctl: Record<string, string>;
  nic: NicConfig;
}
/** Configuration of a world that starts with one machine. */
export interface WorldConfig extends MachineConfig {
  /** Seed of all random numbers. */
  seed: number;
  /** What happens to frames and processes, and when. Default: nothing. */
  faults?: readonly Fault[];
}

/** An invalid configuration: the message names the attribute and how to fix it. */
export class ConfigError extends ToldError {
  override name = 'ConfigError';
  /** The attribute: ['launch', 'nic', 'loss']. */
  readonly path: readonly string[];
  /** What is wrong with it, in English, to be read after its name: 'must be …, got 5'. */
  readonly complaint: string;

  constructor(path: readonly string[], complaint: Told) {
    super(told('{0} {1}', pathText(path), complaint));
    this.path = path;
    this.complaint = told_text(complaint);
  }
}

/** 'launch.nic.loss', 'sysctl["net.core.somaxconn"]' */
function pathText(path: readonly string[]): string | Told {
  if (path.length === 0) return told('the configuration');
  return path
    .map((key, index) =>
      /^\d+$/.test(key) ? `[${key}]` : !/^[\w ]+$/.test(key) ? `["${key}"]` : index === 0 ? key : `.${key}`,
    )
    .join('');
}

export const DEFAULT_NIC: NicConfig = {
  mtu: 65536,
  ringSize: 256,
  latency: 10_000,
  bandwidth: 0,
  loss: 0,
  reorder: 0,
  duplicate: 0,
  corrupt: 0,
};

export type Path = readonly string[];

export function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : show_value(value);
}
export function asObject(value: unknown, path: Path): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError(path, told('must be an object, got {0}', show(value)));
  return value as Record<string, unknown>;
}
function asNumber(
  value: unknown,
  path: Path,
  fallback: number,
  min: number,
  max: number,
  integer: boolean,
): number {
  if (value === undefined) return fallback;
  const number = typeof value === 'number' ? value : NaN;
  if (!(number >= min && number <= max) || (integer && !Number.isInteger(number))) {
    throw new ConfigError(
      path,
      integer
        ? told('must be a whole number between {0} and {1}, got {2}', min, max, show(value))
        : told('must be a number between {0} and {1}, got {2}', min, max, show(value)),
    );
  }
  return number;
}
/** A size with a unit ('10us', '1gbit') or a plain number of the base unit. */
export function asUnit(
  value: unknown,
  path: Path,
  fallback: number,
  units: Record<string, number>,
  base: string,
): number {
  if (value === undefined) return fallback;
  const names = Object.keys(units).join(', ');
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value))
    return Math.round(value * units[base]!);
  const match = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*$/i.exec(value) : null;
  const unit = match ? units[match[2]!.toLowerCase()] : undefined;
  if (!match || unit === undefined) {
    throw new ConfigError(
      path,
      told(
        'must be a number of {0} or a text such as "{1}" ({2}), got {3}',
        base,
        `10${base}`,
        names,
        show(value),
      ),
    );
  }
  return Math.round(Number(match[1]) * unit);
}
export function refuseUnknown(object: Record<string, unknown>, known: readonly string[], path: Path): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) {
      throw new ConfigError([...path, key], told('is not known: use one of {0}', known.join(', ')));
    }
  }
}

export const TIME_UNITS = { ns: 1, us: 1_000, µs: 1_000, ms: 1_000_000, s: 1_000_000_000 };
const RATE_UNITS = { bit: 1, kbit: 1_000, mbit: 1_000_000, gbit: 1_000_000_000 };
const NIC_KEYS = ['mtu', 'ringSize', 'latency', 'bandwidth', 'loss', 'reorder', 'duplicate', 'corrupt'];

/**
 * Parse a configuration. Omitted attributes get defaults.
 *
 * @param path the object's name in messages: 'launch'; default: its attributes are named alone
 * @throws ConfigError
 */
export function parseConfig(input: unknown, ...path: Path): WorldConfig {
  const object = asObject(input, path);
  refuseUnknown(object, ['seed', 'sysctl', 'nic', 'interfaces', 'faults'], path);
  return {
    seed: asNumber(object['seed'], [...path, 'seed'], 1, 0, 0xffffffff, true),
    sysctl: parseSysctl(object['sysctl'], [...path, 'sysctl']),
    nic: parseNic(object['nic'], [...path, 'nic'], DEFAULT_NIC, []),
    interfaces: parseInterfaces(object['interfaces'], [...path, 'interfaces']),
    faults: parseFaults(object['faults'], [...path, 'faults']),
  };
}

const WIRE: NicConfig = { ...DEFAULT_NIC, mtu: 1500 };
/** The longest datagram of UDP over IPv4, without an Ethernet header. */
const OUTSIDE_MTU = 65507 - 14;
/** The outside takes its own time. */
const OUTSIDE_WIRE: NicConfig = { ...WIRE, latency: 0 };

/**
 * An Ethernet wire and its NICs: as the loopback NIC, but the default MTU is 1,500 bytes; with `type: 'udp'`,
 * one that leads out of the world.
 */
export function parseWire(input: unknown, ...path: Path): WireConfig {
  const wire = asObject(input, path);
  const outside = parseOutside(wire, path);
  const nic = parseNic(wire, path, outside === null ? WIRE : OUTSIDE_WIRE, OUTSIDE_KEYS);
  if (outside !== null && nic.mtu > OUTSIDE_MTU)
    throw new ConfigError(
      [...path, 'mtu'],
      told('must be at most {0}, so that a frame fits into a datagram, got {1}', OUTSIDE_MTU, nic.mtu),
    );
  return { ...nic, outside };
}

/** @param more known attributes that are parsed elsewhere */
function parseNic(input: unknown, path: Path, byDefault: NicConfig, more: readonly string[]): NicConfig {
  const nic = asObject(input, path);
  refuseUnknown(nic, [...NIC_KEYS, ...more], path);
  const probability = (key: string) => asNumber(nic[key], [...path, key], 0, 0, 1, false);
  const ringSize = asNumber(nic['ringSize'], [...path, 'ringSize'], DEFAULT_NIC.ringSize, 4, 4096, true);
  if ((ringSize & (ringSize - 1)) !== 0) {
    throw new ConfigError(
      [...path, 'ringSize'],
      told('must be a power of two (4, 8, … 4096), got {0}', ringSize),
    );
  }
  return {
    mtu: asNumber(nic['mtu'], [...path, 'mtu'], byDefault.mtu, 68, 65536, true),
    ringSize,
    latency: asUnit(nic['latency'], [...path, 'latency'], byDefault.latency, TIME_UNITS, 'us'),
    bandwidth: asUnit(nic['bandwidth'], [...path, 'bandwidth'], 0, RATE_UNITS, 'bit'),
    loss: probability('loss'),
    reorder: probability('reorder'),
    duplicate: probability('duplicate'),
    corrupt: probability('corrupt'),
  };
}

function parseSysctl(input: unknown, path: Path): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(asObject(input, path))) {
    const text = Array.isArray(value) ? value.join(' ') : value;
    if (typeof text !== 'string' && typeof text !== 'number') {
      throw new ConfigError([...path, key], told('must be a number, a text or a list, got {0}', show(value)));
    }
    result[key] = String(text);
  }
  return result;
}
