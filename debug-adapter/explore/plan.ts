/** Draws fault schedules: from a seed, and from a run that shows where faults can happen. */
import type { Fault, FaultKind } from '../../stack/fault_config.ts';
import { get_random_u32_below, random_fraction, RandomState } from '../../stack/lib/random.ts';
import type { Survey } from './trial.ts';

/** How many faults a run has at most. */
const MOST_FAULTS = 4;
/** A delay is between these, in ms; each order of magnitude is equally likely. */
const [LEAST_DELAY_MS, MOST_DELAY_MS] = [1, 3000];
/** Faults make a run longer (retransmissions): they may also happen this much after the end of the surveyed one. */
const BEYOND = 1.25;
/** Sets this stream of random numbers apart from the world's own of the same seed. */
const STREAM = 0x5eed_fa17;

/** The schedule of a seed. Without kinds, or where nothing can happen, it is empty. */
export function drawFaults(seed: number, kinds: readonly FaultKind[], survey: Survey): Fault[] {
  const from = { random: new RandomState(seed ^ STREAM) };
  const links = Object.entries(survey.links).filter(([, frames]) => frames > 0);
  const possible = kinds.filter((kind) => (kind === 'kill' ? survey.processes.length > 0 : links.length > 0));
  if (possible.length === 0) return [];
  const below = (count: number): number => get_random_u32_below(from, count);
  const draw = (): Fault => {
    const kind = possible[below(possible.length)]!;
    if (kind === 'kill') {
      const process = survey.processes[below(survey.processes.length)]!;
      return { kind, process, event: 1 + below(survey.events) };
    }
    const [link, frame] = frameOf(links, below);
    const ratio = MOST_DELAY_MS / LEAST_DELAY_MS;
    const delayMs = Math.round(LEAST_DELAY_MS * ratio ** random_fraction(from));
    return { kind, link, frame, delay: kind === 'delay' ? delayMs * 1e6 : 0 };
  };
  return Array.from({ length: 1 + below(MOST_FAULTS) }, draw);
}

/** Each frame of all links is equally likely. */
function frameOf(
  links: readonly (readonly [string, number])[],
  below: (count: number) => number,
): [link: string, frame: number] {
  const counts = links.map(([, frames]) => Math.ceil(frames * BEYOND));
  let at = below(counts.reduce((sum, count) => sum + count, 0));
  let index = 0;
  while (at >= counts[index]!) at -= counts[index++]!;
  return [links[index]![0], at + 1];
}
