/** What the client is told of a run: nothing before the run appears, and nothing but its end once the run is silent. */
import type { SourcePlace } from '../../stack/user/program_error.ts';

/** Sends an event to the client. */
export type Emit = (event: string, body?: unknown) => void;

export class Teller {
  readonly #emit: Emit;
  #isHidden: boolean;
  #isSilent = false;
  #isEndTold = false;
  /** What is to be told when the run appears. */
  readonly #untold: string[] = [];

  /** @param isHidden whether the run has yet to appear */
  constructor(emit: Emit, isHidden: boolean) {
    this.#emit = emit;
    this.#isHidden = isHidden;
  }

  get isHidden(): boolean {
    return this.#isHidden;
  }
  /** Send an event of the run. */
  readonly event: Emit = (event, body) => {
    if (!this.#isSilent && !this.#isHidden) this.#emit(event, body);
  };
  /** Write a line into the console that stands out. */
  important(text: string): void {
    if (this.#isHidden) this.#untold.push(text);
    this.event('output', { category: 'important', output: `${text}\n` });
  }
  /** Write a line into the console. @param place where in the program it comes from */
  line(category: 'console' | 'stderr', text: string, place?: SourcePlace): void {
    const { file, line, column } = place ?? {};
    this.event('output', {
      category,
      output: `${text}\n`,
      ...(file === undefined ? {} : { source: { path: file }, line, column }),
    });
  }
  /** The run has ended. This is told once, and of a silent run, too. */
  end(exitCode: number): void {
    if (this.#isEndTold) return;
    this.#isEndTold = true;
    this.#emit('exited', { exitCode });
    this.#emit('terminated');
  }

  /** From now on the client sees the run. */
  appear(): void {
    this.#isHidden = false;
    for (const text of this.#untold.splice(0)) this.important(text);
  }
  /** Nobody is to hear of the run any more. */
  fallSilent(): void {
    this.#isSilent = true;
  }
  get isSilent(): boolean {
    return this.#isSilent;
  }
}
