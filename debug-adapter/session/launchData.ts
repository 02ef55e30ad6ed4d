/** The attributes of a launch configuration. Types only. */
import type { BreakOn } from '../protocol.ts';

/** The virtual NIC and the wire behind it. */
export interface NicConfiguration {
  /** Bytes; 65536 like Linux's lo, or 1500 as on Ethernet. */
  mtu?: number;
  /** Descriptors in each ring; a power of two. */
  ringSize?: number;
  /** One-way, e.g. `10us`, `40ms`; a plain number is microseconds. */
  latency?: string | number;
  /** e.g. `1Gbit`, `10Mbit`; a plain number is bits per second; 0 is unlimited. */
  bandwidth?: string | number;
  /** Probabilities, 0 to 1. */
  loss?: number;
  reorder?: number;
  duplicate?: number;
  corrupt?: number;
}

/** A program of a launch. */
export interface ProgramConfiguration {
  /** A scenario or a Node program: a TypeScript or JavaScript file. */
  program: string;
  /** The name of its process; by default the file's. */
  name?: string;
  /** A Node program's arguments, from `process.argv[2]`. */
  args?: string[];
  env?: Record<string, string | number>;
  /** Its working directory. */
  cwd?: string;
}

/** The attributes of a `sockscope` launch configuration besides DAP's own. */
export interface LaunchConfiguration extends Partial<ProgramConfiguration> {
  /** Programs that run together; instead of `program`. */
  programs?: (ProgramConfiguration | string)[];
  /** IPv4 addresses by name, for Node programs. */
  hosts?: Record<string, string>;
  stopOnEntry?: boolean;
  /** Seed of the machine's random numbers. */
  seed?: number;
  /** By Linux's names, e.g. `net.ipv4.tcp_syn_retries`. */
  sysctl?: Record<string, number | string>;
  nic?: NicConfiguration;
  /** Write the capture to this pcapng file. */
  pcap?: string;
  /** Files not to step into: globs. */
  skipFiles?: string[];
  /** Heap limit of the machine and its programs, in MB. */
  maxHeap?: number;
  /** What to stop at besides the exception filters. */
  breakOn?: BreakOn;
  /** Send the event `sockscope/record` when the run ends. */
  record?: boolean;
  /** A recording to open: instead of `program` and all that decides what happens in the run. */
  recording?: string;
  /** Run the sources in the recording, wherever the program is. */
  recordedSources?: boolean;
  /** What is to differ from the recording. */
  whatIf?: {
    seed?: number;
    sysctl?: Record<string, number | string>;
    faults?: Record<string, number | string>[];
  };
}
