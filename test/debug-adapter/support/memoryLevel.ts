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

/** The level of a memory that goes up and down: the least of each part of its samples is what is never given back. */
export class MemoryLevel {
  readonly #samples: number[] = [];

  add(sample: number | undefined): void {
    if (sample !== undefined) this.#samples.push(sample);
  }
  get count(): number {
    return this.#samples.length;
  }

  /** The levels of so many parts of equal length, in MB. */
  levels(parts: number): number[] {
    const length = this.#samples.length / parts;
    return Array.from({ length: parts }, (_, part) => {
      const samples = this.#samples.slice(Math.floor(part * length), Math.floor((part + 1) * length));
      return Math.round(Math.min(...samples));
    });
  }
}
