/** The opening of a recording as work that the client is told of: loading a machine, and repeating the run. */
import { UserError } from '../../language/userError.ts';
import { GivenUpError, type Replica } from '../travel/replica.ts';
import type { Work, Works } from './works.ts';

export class Opening {
  readonly #work: Work;
  readonly #file: string;
  #replica: Replica | undefined;
  #isCancelled = false;

  /** @param file the recording, for people */
  constructor(works: Works, title: string, file: string) {
    this.#file = file;
    this.#work = works.begin(title, () => this.#cancel());
  }

  /** What it needs first. @throws UserError that says so if it was cancelled meanwhile */
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
    throw new UserError('The opening of {0} was cancelled.', this.#file);
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
