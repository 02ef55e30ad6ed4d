/** What processes hold over a long time: their memory must come to a level, and their open files be closed again. */
import { readdirSync, readFileSync } from 'node:fs';

const MB = 1024;

/** The memory of a process, in MB; undefined: it has ended. */
export function residentMb(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / MB;
  } catch {
    return undefined;
  }
}
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The threads of a process; undefined: it has ended. */
export function threadsOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return undefined;
  }
}

interface Sample {
  value: number;
  among: number;
}
/** So much of a part must be comparable to have a level. */
const LEAST_SHARE = 0.1;

/** The level of something that goes up and down: the least of each part of its samples is what is never given back. */
export class Level {
  readonly #samples: Sample[] = [];

  /** @param among samples that are to be compared with each other have the same number */
  add(value: number | undefined, among = 0): void {
    if (value !== undefined) this.#samples.push({ value, among });
  }
  get count(): number {
    return this.#samples.length;
  }

  /** The levels of so many parts of equal length. */
  levels(parts: number): number[] {
    return this.#parts(parts).map((samples) => levelOf(samples));
  }
  /** By how much the level grows after the first part, at most, among samples that are comparable. */
  growth(parts: number): number {
    const [, ...later] = this.#parts(parts);
    const numbers = new Set(this.#samples.map(({ among }) => among));
    return Math.max(0, ...[...numbers].map((number) => growthOf(later, number)));
  }
  #parts(parts: number): Sample[][] {
    const length = this.#samples.length / parts;
    return Array.from({ length: parts }, (_, part) =>
      this.#samples.slice(Math.floor(part * length), Math.floor((part + 1) * length)),
    );
  }
}

function levelOf(samples: readonly Sample[]): number {
  return Math.round(Math.min(...samples.map(({ value }) => value)));
}
function growthOf(parts: readonly (readonly Sample[])[], number: number): number {
  const [first = 0, ...later] = parts.flatMap((samples) => {
    const comparable = samples.filter(({ among }) => among === number);
    return comparable.length < samples.length * LEAST_SHARE ? [] : [levelOf(comparable)];
  });
  return Math.max(first, ...later) - first;
}
