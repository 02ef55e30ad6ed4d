/** `sockscope explore FILE …`: looks for a seed and for faults with which a program fails. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { FAULT_KINDS, type FaultKind } from '../../stack/fault_config.ts';
import { ConfigError, parseConfig } from '../../stack/index.ts';
import { Explorer, type Order, type Progress } from '../explore/explorer.ts';
import { reportText } from '../explore/report.ts';
import { subjectDigest, writeResult } from '../explore/result.ts';
import { RefusedError } from '../explore/threads.ts';
import { DEFAULT_LIMIT_S } from '../explore/trial.ts';
import { RECORDING_SUFFIX, writeRecording } from '../recordings/file.ts';
import { EARLY_OPTIMIZATION } from '../worker/thread.ts';
import { numberOrText, pair, UsageError } from './arguments.ts';

/** The exit codes: none found, one found. */
const [NONE, FOUND] = [0, 1];
/** As a shell shows what SIGTERM has ended: a time-out is no success. */
const TERMINATED = 128 + 15;
const MOST_SEED = 0xffff_ffff;
const PROGRESS_MS = 500;
/** Where lines cannot be written over. */
const PROGRESS_LINES_MS = 5000;

interface Options extends Order {
  result: string | undefined;
  /** Where failures are recorded. */
  recording: string;
}

/** @returns the exit code @throws UsageError */
export async function explore(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  const { subject, seeds, shard, faults, result, recording } = options;
  setFlagsFromString(EARLY_OPTIMIZATION);
  const progress = new ProgressLine();
  const explorer = new Explorer(options, (now) => progress.show(now));
  let none = NONE;
  process.once('SIGINT', () => explorer.stop());
  process.once('SIGTERM', () => {
    none = TERMINATED;
    explorer.stop();
  });
  let found;
  try {
    found = await explorer.run();
  } catch (error) {
    throw error instanceof RefusedError ? new UsageError(error.message.replace(/^launch\./, '--')) : error;
  } finally {
    progress.end();
  }
  const files = subject.programs.map(({ file }) => file);
  const exploration = {
    subject: subjectDigest(files, { ...subject, programs: subject.programs.map(({ args }) => args) }),
    programs: files,
    seeds,
    faults,
    shard,
    ...found,
  };
  if (result !== undefined) writeResult(result, exploration);
  console.log(reportText(exploration));
  for (const [index, finding] of found.findings.entries()) {
    const recorded = explorer.recordingOf(finding);
    if (recorded === undefined) continue;
    const file = recordingName(recording, index);
    await writeRecording(file, recorded);
    console.log(`${file} opens it in the debugger, where it fails ("Sockscope: Open Recording").`);
  }
  return found.findings.length > 0 ? FOUND : none;
}

/** The first failure's file has the name itself, the others a number before its end. */
function recordingName(first: string, index: number): string {
  return index === 0 ? first : first.replace(/(\.[^.]*)?$/, `-${index + 1}$1`);
}

/** One line that is written over; where that cannot be, a new one now and then. */
class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY;
  readonly #started = performance.now();
  #shown = 0;

  show({ done, of, runs, findings, isShrinking }: Progress): void {
    const now = performance.now();
    if (now - this.#shown < (this.#isTerminal ? PROGRESS_MS : PROGRESS_LINES_MS)) return;
    this.#shown = now;
    const rate = (runs / (now - this.#started)) * 1000;
    const found = findings.length === 0 ? 'no failure yet' : `${findings.length} found`;
    const what = isShrinking ? 'a failure is being made smaller' : found;
    const text = `${done} of ${of} seeds, ${rate.toFixed(1)} runs a second, ${what}`;
    process.stderr.write(this.#isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
  }
  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[K');
  }
}

function parseOptions(argv: readonly string[]): Options {
  const files: string[] = [];
  let args: string[] = [];
  const config: { sysctl: Record<string, string>; nic: Record<string, string | number> } = {
    sysctl: {},
    nic: {},
  };
  const given: Partial<Record<string, string>> = {};
  let all = false;
  for (let at = 0; at < argv.length; at++) {
    if (argv[at] === '--') {
      args = argv.slice(at + 1);
      break;
    }
    const [option, attached] = /^(--[a-z]+)=(.*)$/s.exec(argv[at]!)?.slice(1) ?? [argv[at]!, undefined];
    const value = (): string => {
      const text = attached ?? argv[++at];
      if (text === undefined) throw new UsageError(`${option} needs a value`);
      return text;
    };
    if (option === '--all') all = true;
    else if (option === '--sysctl' || option === '--nic') {
      const [name, setting] = pair(value(), option);
      if (option === '--sysctl') config.sysctl[name] = setting;
      else config.nic[name] = numberOrText(setting);
    } else if (VALUES.includes(option!)) given[option!] = value();
    else if (option!.startsWith('-')) throw new UsageError(`unknown option ${option}`);
    else files.push(programFile(option!));
  }
  if (files.length === 0) throw new UsageError('FILE is missing: name a scenario or Node programs');
  checkConfig(config);
  const shard = parseShard(given['--shard']);
  const programs = files.map((file) => ({ file, args: file === files.at(-1) ? args : [] }));
  return {
    subject: {
      programs,
      hosts: {},
      config,
      asleep: given['--asleep']?.split(',').filter(Boolean) ?? [],
      limit: wholeNumber(given['--limit'], '--limit', DEFAULT_LIMIT_S, 1, 1e9),
    },
    seeds: parseSeeds(given['--seeds']),
    faults: parseKinds(given['--faults']),
    shard,
    jobs: wholeNumber(given['--jobs'], '--jobs', availableParallelism(), 1, 256),
    all,
    recording: recordingFile(given['--recording'] ?? defaultName(shard, RECORDING_SUFFIX)),
    result: given['--result'] ?? (shard.count > 1 ? defaultName(shard, '.json') : undefined),
  };
}
const VALUES = [
  ...['--seeds', '--faults', '--asleep', '--jobs', '--shard'],
  ...['--limit', '--result', '--recording'],
];

/** Files of several shards have names of their own. */
function defaultName({ index, count }: Order['shard'], suffix: string): string {
  return count > 1 ? `explore-${index}-of-${count}${suffix}` : `explore${suffix}`;
}
function recordingFile(name: string): string {
  if (!name.endsWith(RECORDING_SUFFIX))
    throw new UsageError(`--recording takes a file that ends in ${RECORDING_SUFFIX}, got "${name}"`);
  return name;
}

function programFile(name: string): string {
  const file = path.resolve(name);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    throw new UsageError(`there is no file ${file}: name a scenario or a Node program`);
  if (!found.isFile()) throw new UsageError(`${file} is a folder: name a scenario or a Node program in it`);
  return file;
}

function checkConfig(config: Order['subject']['config']): void {
  try {
    parseConfig(config);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`--${error.path.join(' ')} ${error.complaint}`);
    throw error;
  }
}

function parseSeeds(text: string | undefined): Order['seeds'] {
  if (text === undefined) throw new UsageError('--seeds is missing: say which, as in --seeds 1..100');
  const [first, last] = (/^(\d+)\.\.(\d+)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (first === undefined || last === undefined)
    throw new UsageError(`--seeds takes FIRST..LAST, as in 1..100, got "${text}"`);
  if (first > last)
    throw new UsageError(`--seeds ${text}: the first seed is greater than the last: write ${last}..${first}`);
  if (last > MOST_SEED) throw new UsageError(`--seeds ${text}: the greatest seed is ${MOST_SEED}`);
  return { first, last };
}

function parseKinds(text: string | undefined): FaultKind[] {
  const names = text?.split(',').filter(Boolean) ?? [];
  for (const name of names)
    if (!FAULT_KINDS.some((kind) => kind === name))
      throw new UsageError(`--faults: there is no fault "${name}": use ${FAULT_KINDS.join(', ')}`);
  return FAULT_KINDS.filter((kind) => names.includes(kind));
}

function parseShard(text: string | undefined): Order['shard'] {
  if (text === undefined) return { index: 1, count: 1 };
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (index === undefined || count === undefined)
    throw new UsageError(`--shard takes NUMBER/COUNT, as in 1/4, got "${text}"`);
  if (index < 1 || index > count)
    throw new UsageError(`--shard ${text}: the shards of ${count} are 1/${count} to ${count}/${count}`);
  return { index, count };
}

function wholeNumber(
  text: string | undefined,
  option: string,
  byDefault: number,
  least: number,
  most: number,
): number {
  if (text === undefined) return byDefault;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most))
    throw new UsageError(`${option} takes a whole number from ${least} to ${most}, got "${text}"`);
  return number;
}
