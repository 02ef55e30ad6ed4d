/** The opening of a recording as work that the client is told of: loading a machine, and repeating the run. */
import { GivenUpError, type Replica } from '../travel/replica.ts';
import { CANCELLED, type Work, type Works } from './works.ts';

export class Opening {
  readonly #work: Work;
  #replica: Replica | undefined;
  #isCancelled = false;

  constructor(works: Works, title: string) {
    this.#work = works.begin(title, () => this.#cancel());
  }

  /** What it needs first. @throws Error that says so if it was cancelled meanwhile */
  async with(loading: Promise<Replica>): Promise<Replica> {
    try {
      this.#replica = await loading;
    } catch (error) {
      this.end();
      throw error;
    }
    if (!this.#isCancelled) return this.#replica;
    this.end();
    await this.#replica.kill();
    throw new Error(CANCELLED);
  }
  /** The machine stands there, or the session is over. */
  end(): void {
    this.#work.end();
  }

  /** Whoever leads the machine there is told. */
  #cancel(): void {
    this.#isCancelled = true;
    this.#replica?.fails(new GivenUpError());
  }
}
