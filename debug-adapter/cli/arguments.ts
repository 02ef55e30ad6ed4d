/** The command line of `sockscope`. */
import type { MessagePort } from 'node:worker_threads';

/** The parsed command line. */
export interface CliArguments {
  /** Programs, which run together. */
  files: string[];
  pcap?: string;
  /** Patterns of tracepoints: 'tcp:*', 'sock:inet_sock_set_state'. */
  trace: string[];
  seed?: number;
  sysctl: Record<string, string>;
  nic: Record<string, string | number>;
  /** Ethernet interfaces by name. */
  interfaces: Record<string, CliInterface>;
  /** The machine's ports by those of the host. */
  ports: Record<string, number | string>;
  /** Programs can connect out. */
  outside: boolean;
  /** After `--`: for the last program. */
  args: string[];
}
interface CliInterface {
  address: string;
  gateway?: string;
  wire: Record<string, string | number>;
}

/** What the command line hands to its worker. */
export interface CliWorkerData {
  options: CliArguments;
  /** Leads to the sockets of the host. */
  hostPort: MessagePort;
}

/** Invalid arguments: the message tells why, and what is valid. */
export class UsageError extends Error {}

export const USAGE = `usage: sockscope run FILE [FILE …] [options] [-- ARGUMENTS of the last Node program]
       sockscope replay FILE.sockscope [--recorded-sources]
       sockscope explore FILE [FILE …] --seeds FIRST..LAST [options] [-- ARGUMENTS]
       sockscope merge FILES [--result OUT.json]
       sockscope --help

run: runs a scenario, or Node programs together on one machine, to the end, without VS Code.

  --pcap OUT.pcapng     write all packets there
  --trace PATTERNS      print tracepoints, for instance 'tcp:*,sock:inet_sock_set_state'
  --seed N              seed of all random numbers (default 1)
  --sysctl NAME=VALUE   a setting of the machine; may be given several times
  --nic NAME=VALUE      mtu, ringSize, latency, bandwidth, loss, reorder, duplicate, corrupt
  --port HOST=PORT      a port of this computer that leads to one of the machine: 8080=80
  --outside             programs can connect out; host.internal is this computer
  --interface eth0=10.9.0.1/24,local=127.0.0.1:7001,remote=127.0.0.1:7002
                        an Ethernet interface whose frames are datagrams between two UDP ports, and a real
                        kernel at the other; more of it: gateway=10.9.0.2, and what --nic takes

replay: repeats a recorded run up to where the recording stands, and prints what it printed.

  --recorded-sources    run the sources in the recording, wherever the program is

explore: runs programs with many seeds and faults, and makes a failure that it finds small.

  --seeds FIRST..LAST   the seeds: 1..100
  --faults KINDS        what happens to frames and processes: loss,reorder,dup,delay,kill
  --asleep NAMES        processes that may sleep for ever, such as client.mjs; servers may, and clients that
                        keep a connection open on which everything was answered, as in a run without faults
  --jobs N              runs at a time (default: as many as there are processors)
  --shard 1/4           a part of the seeds, for one of several computers
  --result OUT.json     write what was found there (default with --shard: explore-1-of-4.json)
  --recording OUT.sockscope
                        write a failure there, to be opened in the debugger (default explore.sockscope)
  --limit SECONDS       virtual time after which a run counts as one without end (default 3600)
  --all                 go on after the first failure
  --sysctl, --nic       as above

merge: puts the result files of all shards together.`;

/** Split 'a=b' at the first '='. */
export function pair(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`${option} takes NAME=VALUE, got "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

export function numberOrText(text: string): number | string {
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : text;
}

/** '10.9.0.1/24,local=127.0.0.1:7001,remote=127.0.0.1:7002' */
function parseInterface(description: string): CliInterface {
  const [address = '', ...rest] = description.split(',');
  const { gateway, ...wire } = Object.fromEntries(rest.map((part) => pair(part, '--interface')));
  const parsed = Object.entries(wire).map(([name, text]) => [name, numberOrText(text)] as const);
  return {
    address,
    ...(gateway === undefined ? {} : { gateway }),
    wire: { type: 'udp', ...Object.fromEntries(parsed) },
  };
}

export const isHelp = (argument: string) => argument === '--help' || argument === '-h';

/** @returns 'help' if the usage is asked for @throws UsageError */
export function parseArguments(argv: readonly string[]): CliArguments | 'help' {
  const [command, ...rest] = argv;
  if (argv.some(isHelp)) return 'help';
  if (command !== 'run') {
    throw new UsageError(command === undefined ? 'no command given' : `unknown command "${command}"`);
  }
  const result: CliArguments = {
    files: [],
    trace: [],
    sysctl: {},
    nic: {},
    interfaces: {},
    ports: {},
    outside: false,
    args: [],
  };
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '--') {
      result.args = rest.slice(i + 1);
      break;
    }
    const [option, attached] = /^(--[a-z]+)=(.*)$/s.exec(rest[i]!)?.slice(1) ?? [rest[i]!, undefined];
    const value = () => {
      const given = attached ?? rest[++i];
      if (given === undefined) throw new UsageError(`${option} needs a value`);
      return given;
    };
    switch (option) {
      case '--pcap':
        result.pcap = value();
        break;
      case '--trace':
        result.trace.push(...value().split(',').filter(Boolean));
        break;
      case '--seed': {
        const text = value();
        if (!/^\d+$/.test(text)) throw new UsageError(`--seed takes a whole number, got "${text}"`);
        result.seed = Number(text);
        break;
      }
      case '--sysctl': {
        const [name, setting] = pair(value(), option);
        result.sysctl[name] = setting;
        break;
      }
      case '--nic': {
        const [name, setting] = pair(value(), option);
        result.nic[name] = numberOrText(setting);
        break;
      }
      case '--outside':
        result.outside = true;
        break;
      case '--port': {
        const [host, to] = pair(value(), option);
        result.ports[host] = numberOrText(to);
        break;
      }
      case '--interface': {
        const [name, description] = pair(value(), option);
        result.interfaces[name] = parseInterface(description);
        break;
      }
      default:
        if (option!.startsWith('-')) throw new UsageError(`unknown option ${option}`);
        result.files.push(option!);
    }
  }
  if (result.files.length === 0) throw new UsageError('FILE is missing');
  return result;
}
