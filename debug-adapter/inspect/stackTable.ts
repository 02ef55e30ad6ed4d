/** Many stacks as plain data: each frame and each stack is included once. */
import type { TextFrame } from './stackText.ts';

export class StackTable {
  readonly frames: TextFrame[] = [];
  /** Each a list of indices into `frames`, innermost first. */
  readonly stacks: number[][] = [];
  readonly #known = new Map<string, number>();

  /** The index of a stack in `stacks`; -1: it has no frames. */
  indexOf(stack: readonly TextFrame[]): number {
    const frames = stack.map((frame) =>
      this.#index(`${frame.name} ${frame.url}:${frame.line}:${frame.column}`, this.frames, frame),
    );
    return frames.length === 0 ? -1 : this.#index(frames.join(), this.stacks, frames);
  }
  #index<T>(key: string, list: T[], value: T): number {
    let index = this.#known.get(key);
    if (index === undefined) this.#known.set(key, (index = list.push(value) - 1));
    return index;
  }
}
