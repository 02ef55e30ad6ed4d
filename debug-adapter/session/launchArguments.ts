/**
 * Parses the launch request's arguments from unknown input: the message for an invalid one names it and the
 * fix.
 */
import { errorPart } from '../../language/userError.ts';
import { statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import path from 'node:path';
import type { ForwardedPort } from '../../stack/gateway/host_side.ts';
import { parsePorts } from '../../stack/gateway/ports.ts';
import type { ProgramSpec } from '../../stack/user/program.ts';
import { parseConfig } from '../../stack/config.ts';
import { DEFAULT_MAX_HEAP } from '../control/machineThread.ts';
import { filterProblem } from '../filters/all.ts';
import type { BreakOn } from '../protocol.ts';
import type { BootConfig } from '../worker/channel.ts';
import { globPattern } from './glob.ts';
import { LaunchError, show } from './launchError.ts';
import { parsePrograms, textTable } from './launchPrograms.ts';
import type { Opened } from './recordedLaunch.ts';

export interface LaunchArguments {
  /** Run together, each as a process (a scenario: as several). */
  programs: ProgramSpec[];
  /** IPv4 addresses by name, for programs that look names up. */
  hosts: Record<string, string>;
  /** Ports of the host that lead to the machine. */
  ports: ForwardedPort[];
  /** Programs can connect out. */
  outside: boolean;
  stopOnEntry: boolean;
  /** Whether steps also end in accessor-like functions. */
  stepIntoAccessors: boolean;
  /** Run without any stop. */
  noDebug: boolean;
  config: BootConfig['config'];
  pcap: string | undefined;
  /** URL patterns for V8. */
  skip: string[];
  /** Heap limit of the machine's thread, in MB. */
  maxHeap: number;
  /** What to stop at besides the exception filters. */
  breakOn: BreakOn;
  /** Send a record for the views at the end. */
  record: boolean;
  /** All of it as the client has sent it. */
  given: Readonly<Record<string, unknown>>;
  /** The recording that it opens. */
  opened?: Opened;
}

/** Bounds of `maxHeap`, in MB: the machine itself needs about 30. */
const LEAST_HEAP = 64;
const MOST_HEAP = 65536;

/** @throws LaunchError or ConfigError */
export function parseLaunch(input: unknown): LaunchArguments {
  if (typeof input !== 'object' || input === null)
    throw new LaunchError('launch needs arguments: { "program": "scenario.ts" }');
  const given = input as Record<string, unknown>;
  try {
    refuseMisspelt(given);
    const { seed, sysctl, nic, interfaces, faults } = given;
    const config = { seed, sysctl, nic, interfaces, faults };
    parseConfig(config, 'launch');
    return {
      programs: parsePrograms(given),
      hosts: hostsTable(given['hosts']),
      ports: parsePorts(given['ports'], 'launch', 'ports'),
      outside: flag(given, 'outside'),
      stopOnEntry: flag(given, 'stopOnEntry'),
      stepIntoAccessors: flag(given, 'stepIntoAccessors'),
      noDebug: flag(given, 'noDebug'),
      config,
      pcap: optionalPath(given['pcap']),
      skip: skipPatterns(given['skipFiles']),
      maxHeap: heapLimit(given['maxHeap']),
      breakOn: breakOn(given['breakOn']),
      record: flag(given, 'record'),
      given,
    };
  } catch (error) {
    const { name } = given;
    if (typeof name !== 'string') throw error;
    throw new LaunchError('{0} (launch.json, configuration "{1}")', errorPart(error), name);
  }
}

const ATTRIBUTES = [
  'program',
  'programs',
  'args',
  'env',
  'cwd',
  'hosts',
  'ports',
  'outside',
  'stopOnEntry',
  'stepIntoAccessors',
  'noDebug',
  'seed',
  'sysctl',
  'nic',
  'interfaces',
  'faults',
  'pcap',
  'skipFiles',
  'maxHeap',
  'breakOn',
  'record',
  'recording',
  'recordedSources',
  'whatIf',
];

/**
 * Clients add attributes of their own, so an unknown one is not an error; one that resembles a known one is.
 */
function refuseMisspelt(given: Record<string, unknown>): void {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z]|s$/g, '');
  for (const name of Object.keys(given)) {
    if (ATTRIBUTES.includes(name)) continue;
    const meant = ATTRIBUTES.find((one) => plain(one) === plain(name));
    if (meant !== undefined)
      throw new LaunchError('launch.{0}: there is no such attribute, but {1}', name, meant);
  }
}

/** Addresses by name. */
function hostsTable(value: unknown): Record<string, string> {
  const hosts = textTable(value, 'launch.hosts');
  for (const [name, address] of Object.entries(hosts))
    if (!isIPv4(address))
      throw new LaunchError(
        'launch.hosts.{0} must be an IPv4 address such as "127.0.0.1", got {1}',
        name,
        show(address),
      );
  return hosts;
}

function flag(given: Record<string, unknown>, name: string): boolean {
  const value = given[name];
  if (value === undefined) return false;
  if (typeof value !== 'boolean')
    throw new LaunchError('launch.{0} must be true or false, got {1}', name, show(value));
  return value;
}

function heapLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_MAX_HEAP;
  const isRight = Number.isInteger(value) && Number(value) >= LEAST_HEAP && Number(value) <= MOST_HEAP;
  if (!isRight)
    throw new LaunchError(
      'launch.maxHeap must be a whole number of megabytes from {0} to {1}, got {2}',
      LEAST_HEAP,
      MOST_HEAP,
      show(value),
    );
  return Number(value);
}

function optionalPath(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '')
    throw new LaunchError('launch.pcap must be the path of a file to write, got {0}', show(value));
  const file = path.resolve(value);
  if (!statSync(path.dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
    throw new LaunchError('launch.pcap: there is no folder {0}', path.dirname(file));
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new LaunchError('launch.pcap: {0} is a folder, not a file', file);
  return file;
}

/** Kinds with their conditions, as `sockscope/breakOn` accepts them. */
function breakOn(value: unknown): BreakOn {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LaunchError(
      'launch.breakOn must name kinds with their conditions, such as { "transition": "-> CLOSE" }, got {0}',
      show(value),
    );
  for (const [id, condition] of Object.entries(value)) {
    const problem = filterProblem(id, condition);
    if (problem !== undefined) throw new LaunchError('launch.breakOn.{0}: {1}', id, problem);
  }
  return value as BreakOn;
}

function skipPatterns(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw new LaunchError(
      'launch.skipFiles must be a list of globs such as "stack/net/core/**", got {0}',
      show(value),
    );
  }
  return (value as string[]).map(globPattern);
}
