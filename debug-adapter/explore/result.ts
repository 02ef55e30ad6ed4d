/** What an exploration has found, as a file: one of each shard, which are merged. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Failure, WrittenTrial } from './trial.ts';

export const REPETITIONS = [
  /** It has, and a recording opens it. */
  'recorded',
  /** It has, but outside of the machine's world, where no recording stands: it computes without end, or the top level fails. */
  'unrecorded',
  /** It has not: something outside the machine decides. */
  'other',
  /** Exploring was stopped first. */
  'stopped',
] as const;
export type Repetition = (typeof REPETITIONS)[number];

export interface Finding {
  failure: Failure;
  /** The smallest one that fails so, as far as that was looked for. */
  trial: WrittenTrial;
  /** The one that failed first. */
  found: WrittenTrial;
  /** Of the seeds that were tried with the faults that are left: how many fail. */
  seeds: { failing: number; tried: number };
  /** Whether it has failed again in the same way. */
  repetition: Repetition;
  /** What led to it, a line each. */
  story: readonly string[];
}

export interface Exploration {
  /** Of the programs' files and how they are started: what a failure repeats from, but seed and faults. */
  subject: string;
  /** The programs' files, for people. */
  programs: readonly string[];
  seeds: { first: number; last: number };
  faults: readonly string[];
  /** From 1. */
  shard: { index: number; count: number };
  /** Seeds that have run: fewer than there are where a failure has ended it. */
  done: number;
  runs: number;
  /** What waits for clients at the end of the reference run, as `NAME:CALL`: no failure. */
  servers: readonly string[];
  /** What is idle there, with an answer to all that it has sent, written in the same way: no failure. */
  idle: readonly string[];
  findings: readonly Finding[];
}

/** The seeds of a shard, in ascending order; without one, all. */
export function seedsOf({ first, last }: Exploration['seeds'], shard = { index: 1, count: 1 }): number[] {
  const seeds: number[] = [];
  for (let seed = first + shard.index - 1; seed <= last; seed += shard.count) seeds.push(seed);
  return seeds;
}

const DIGEST_LETTERS = 16;
/** A hash of what runs: of the programs' own files and of how they are started. */
export function subjectDigest(files: readonly string[], settings: unknown): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.update(JSON.stringify(settings)).digest('hex').slice(0, DIGEST_LETTERS);
}

/** A result file that is none, or that does not go with others: the message names it, and the cure. */
export class ResultError extends Error {
  override name = 'ResultError';
}

const FORMAT = 'sockscope exploration 1';

export function writeResult(file: string, exploration: Exploration): void {
  writeFileSync(file, `${JSON.stringify({ format: FORMAT, ...exploration }, undefined, 1)}\n`);
}

/** @throws ResultError */
export function readResult(file: string): Exploration {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ResultError(
      `${file}: ${(error as Error).message}: name the file that "explore --result" wrote`,
    );
  }
  const { format } = (content ?? {}) as { format?: unknown };
  if (typeof format !== 'string' || !format.startsWith('sockscope exploration'))
    throw new ResultError(
      `${file}: this is no result of "explore": name the file that "explore --result" wrote`,
    );
  if (format !== FORMAT)
    throw new ResultError(
      `${file}: it has the format "${format}", and this version reads "${FORMAT}": merge it with the version that wrote it`,
    );
  const problem = problemOf(content as Record<string, unknown>);
  if (problem !== undefined)
    throw new ResultError(`${file}: ${problem}: write it anew with "explore --result"`);
  return content as Exploration;
}

/** What of a result is missing or of another kind. */
function problemOf(content: Record<string, unknown>): string | undefined {
  const isNumbers = (value: unknown, ...names: string[]): boolean =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => Number.isSafeInteger((value as Record<string, unknown>)[name]));
  const isTexts = (value: unknown): boolean =>
    Array.isArray(value) && value.every((one) => typeof one === 'string');
  const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
    subject: (value) => typeof value === 'string',
    programs: isTexts,
    seeds: (value) => isNumbers(value, 'first', 'last'),
    faults: isTexts,
    shard: (value) => isNumbers(value, 'index', 'count'),
    done: Number.isSafeInteger,
    runs: Number.isSafeInteger,
    servers: isTexts,
    idle: isTexts,
    findings: (value) => Array.isArray(value) && value.every(isFinding),
  };
  const wrong = Object.keys(checks).find((name) => !checks[name]!(content[name]));
  return wrong === undefined ? undefined : `its "${wrong}" is not what explore writes`;
}

function isFinding(value: unknown): boolean {
  const { failure, trial, found, seeds, story, repetition } = (value ?? {}) as Partial<
    Record<keyof Finding, unknown>
  >;
  const isTrial = (one: unknown): boolean => {
    const { seed, faults } = (one ?? {}) as { seed?: unknown; faults?: unknown };
    return Number.isSafeInteger(seed) && Array.isArray(faults);
  };
  const { text, signature } = (failure ?? {}) as { text?: unknown; signature?: unknown };
  return (
    typeof text === 'string' &&
    typeof signature === 'string' &&
    isTrial(trial) &&
    isTrial(found) &&
    typeof seeds === 'object' &&
    seeds !== null &&
    REPETITIONS.some((one) => one === repetition) &&
    Array.isArray(story)
  );
}

/** What must be the same in result files that are merged, with a word for it. */
const SHARED = [
  ['subject', 'programs or settings'],
  ['seeds', 'seeds'],
  ['faults', 'faults'],
] as const;

/**
 * The result of a whole exploration from those of its shards. A failure that several have found is there once.
 *
 * @param results by file
 * @throws ResultError for those of different explorations, for a shard that is there twice, and for one that is missing
 */
export function mergeResults(results: ReadonlyMap<string, Exploration>): Exploration {
  const [[firstFile, first], ...others] = [...results] as [[string, Exploration], ...[string, Exploration][]];
  const { count } = first.shard;
  const cure = 'merge the result files of one exploration';
  for (const [file, result] of others) {
    for (const [name, word] of SHARED)
      if (JSON.stringify(result[name]) !== JSON.stringify(first[name]))
        throw new ResultError(`${file}: its ${word} are not those of ${firstFile}: ${cure}`);
    if (result.shard.count !== count)
      throw new ResultError(
        `${file}: it is one of ${result.shard.count} shards, ${firstFile} one of ${count}: ${cure}`,
      );
  }
  const byShard = new Map<number, string>();
  for (const [file, { shard }] of results) {
    const before = byShard.get(shard.index);
    if (before !== undefined)
      throw new ResultError(
        `${file}: it is shard ${shard.index} of ${count}, and so is ${before}: leave one out`,
      );
    byShard.set(shard.index, file);
  }
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !byShard.has(index));
  if (missing.length > 0)
    throw new ResultError(
      `${missing.map((index) => `shard ${index}/${count}`).join(', ')} missing: name the result files of all shards`,
    );
  const all = [...results.values()];
  const sum = (name: 'done' | 'runs'): number => all.reduce((total, result) => total + result[name], 0);
  return {
    ...first,
    shard: { index: 1, count: 1 },
    done: sum('done'),
    runs: sum('runs'),
    findings: smallestOfEach(all.flatMap(({ findings }) => findings)),
  };
}

/** Of the findings of one failure, the one with the fewest faults, then with the smallest seed. */
function smallestOfEach(findings: readonly Finding[]): Finding[] {
  const sorted = findings.toSorted(
    (a, b) => a.trial.faults.length - b.trial.faults.length || a.trial.seed - b.trial.seed,
  );
  const seen = new Set<string>();
  return sorted.filter(({ failure: { signature } }) => !seen.has(signature) && seen.add(signature));
}
