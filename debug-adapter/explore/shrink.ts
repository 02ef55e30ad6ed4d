/** Makes a failing trial as small as it can be while it still fails in the same way. */
import type { Fault } from '../../stack/fault_config.ts';
import type { Trial } from './trial.ts';

/** Whether a trial fails in the way that is looked for. */
export type Fails = (trial: Trial) => Promise<boolean>;

/** Delays that are tried in place of a longer one, in ms. */
const DELAYS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
/** How many seeds are tried with the faults that are left. */
const SEEDS_TRIED = 8;

export interface Shrunk {
  trial: Trial;
  /** How many of the seeds that were tried fail with these faults, and how many were tried. */
  seeds: { failing: number; tried: number };
}

/** @param seeds the range, in ascending order */
export async function shrink(trial: Trial, seeds: readonly number[], fails: Fails): Promise<Shrunk> {
  const { seed } = trial;
  const fewest = await fewestFaults(trial.faults, (faults) => fails({ seed, faults }));
  const faults = await shortestDelays(fewest, (changed) => fails({ seed, faults: changed }));
  return smallestSeed({ seed, faults }, seeds, fails);
}

/**
 * Delta debugging: a part of the list that still fails and of which no element can be left out.
 *
 * @see Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input
 */
export async function fewestFaults<Element>(
  all: readonly Element[],
  fails: (part: readonly Element[]) => Promise<boolean>,
): Promise<readonly Element[]> {
  if (all.length === 0 || (await fails([]))) return [];
  let list = all;
  for (let parts = 2; list.length > 1;) {
    const size = Math.ceil(list.length / parts);
    const chunks = Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
      list.slice(index * size, (index + 1) * size),
    );
    const complements = chunks.map((chunk) => list.filter((one) => !chunk.includes(one)));
    const smaller = (await firstOf(chunks, fails)) ?? (await firstOf(complements, fails));
    if (smaller !== undefined) {
      parts = Math.max(2, Math.min(parts - 1, smaller.length));
      list = smaller;
    } else if (size === 1) break;
    else parts = Math.min(parts * 2, list.length);
  }
  return list;
}
/** All are tried at once: how many really run so is for others to decide. */
async function firstOf<Part>(
  parts: readonly Part[],
  fails: (part: Part) => Promise<boolean>,
): Promise<Part | undefined> {
  const failing = await Promise.all(parts.map(fails));
  return parts.find((_, at) => failing[at]);
}

async function shortestDelays(
  faults: readonly Fault[],
  fails: (faults: readonly Fault[]) => Promise<boolean>,
): Promise<readonly Fault[]> {
  let list = faults;
  for (const [index, fault] of faults.entries()) {
    if (fault.kind !== 'delay') continue;
    const shorter = DELAYS_MS.map((ms) => ms * 1e6)
      .filter((delay) => delay < fault.delay)
      .map((delay) => list.with(index, { ...fault, delay }));
    list = (await firstOf(shorter, fails)) ?? list;
  }
  return list;
}

async function smallestSeed(trial: Trial, seeds: readonly number[], fails: Fails): Promise<Shrunk> {
  const { faults } = trial;
  const tried = seeds.slice(0, SEEDS_TRIED);
  const results = await Promise.all(
    tried.map(async (seed) => seed === trial.seed || fails({ seed, faults })),
  );
  const failing = tried.filter((_, at) => results[at]);
  return {
    trial: { seed: failing[0] ?? trial.seed, faults },
    seeds: { failing: failing.length, tried: tried.length },
  };
}
