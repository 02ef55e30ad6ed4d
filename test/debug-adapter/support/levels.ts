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

/** The level of something that goes up and down: the least of each part of its samples is what is never given back. */
export class Level {
  readonly #samples: number[] = [];

  add(value: number | undefined): void {
    if (value !== undefined) this.#samples.push(value);
  }

  /** The levels of so many parts of equal length. */
  levels(parts: number): number[] {
    const length = this.#samples.length / parts;
    return Array.from({ length: parts }, (_, part) =>
      Math.round(
        Math.min(...this.#samples.slice(Math.floor(part * length), Math.floor((part + 1) * length))),
      ),
    );
  }
  /** By how much the level grows after the first part, at most. */
  growth(parts: number): number {
    const [, second = 0, ...later] = this.levels(parts);
    return Math.max(second, ...later) - second;
  }
}

/**
 * Something whose amount depends on what there is at a moment, of which there are several kinds. The least of few samples of a
 * kind depends on which moments these were; all samples together tell whether it grows.
 */
export class Trend {
  readonly #samples: { value: number; kind: number }[] = [];

  add(value: number | undefined, kind: number | undefined): void {
    if (value !== undefined && kind !== undefined) this.#samples.push({ value, kind });
  }

  /**
   * By how much it grows from the end of the first of so many parts to the end of the last one: the slope that fits the samples best (least squares) if each
   * kind of moment has an amount of its own.
   */
  growth(parts: number): number {
    const later = this.#samples
      .map((sample, time) => ({ ...sample, time }))
      .slice(Math.floor(this.#samples.length / parts));
    let [together, spread] = [0, 0];
    for (const kind of new Set(later.map((one) => one.kind))) {
      const alike = later.filter((one) => one.kind === kind);
      const [time, value] = [mean(alike.map((one) => one.time)), mean(alike.map((one) => one.value))];
      for (const one of alike) {
        together += (one.time - time) * (one.value - value);
        spread += (one.time - time) ** 2;
      }
    }
    return spread === 0 ? 0 : Math.round((together / spread) * later.length);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
