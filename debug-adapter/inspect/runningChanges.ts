/**
 * What the user changes while the machine runs is changed between two of its turns: there it is an input of the run, with
 * the number of its event.
 */
import type { World } from '../../stack/world/world.ts';
import type { Agent } from './agent.ts';

/** What has become of a change. */
export interface MadeWhileRunning {
  answer?: unknown;
  /** Why it was not made. */
  error?: string;
  /** Whether anything was changed. */
  isMade: boolean;
  /** What was changed that nothing repeats; omitted: all of it is an input. */
  unrepeatable?: string;
  /** How many inputs do not come of those that the run was to repeat. */
  dropped: number;
}

type Call = (agent: Agent) => unknown;

export class RunningChanges {
  readonly #world: World;
  readonly #call: (make: Call) => unknown;
  #last = 0;
  /** By number; null: it waits for the end of a turn. */
  readonly #begun = new Map<number, MadeWhileRunning | null>();

  /** @param call throws errors in the user's language */
  constructor(world: World, call: (make: Call) => unknown) {
    this.#world = world;
    this.#call = call;
  }

  /**
   * A call that changes something is made when the turn is over.
   *
   * @param drops the run repeats another one, and takes another way from the change on
   * @returns the number of the change
   */
  begin(make: Call, drops: boolean): number {
    const number = ++this.#last;
    this.#begun.set(number, null);
    this.#world.inputs.between_turns(() => {
      if (this.#begun.has(number)) this.#begun.set(number, this.#make(make, drops));
    });
    return number;
  }
  #make(make: Call, drops: boolean): MadeWhileRunning {
    const { inputs } = this.#world;
    const before = inputs.log.length;
    try {
      const answer = this.#call(make);
      const noted = inputs.log.slice(before).map(({ input }) => input);
      const lost = noted.find(({ kind }) => kind === 'evaluation');
      const isMade = noted.length > 0;
      return {
        answer,
        isMade,
        ...(lost?.kind === 'evaluation' && { unrepeatable: lost.text }),
        dropped: drops && isMade ? inputs.drop_rest() : 0,
      };
    } catch (error) {
      const text = error instanceof Error && error.name === 'Error' ? error.message : String(error);
      return { error: text, isMade: inputs.log.length > before, dropped: 0 };
    }
  }

  /** @returns null: it still waits */
  take(number: number): MadeWhileRunning | null {
    const made = this.#begun.get(number) ?? null;
    if (made === null) this.#world.outside.wake();
    else this.#begun.delete(number);
    return made;
  }
  /** It is not to be made any more. @returns false: it has been made */
  giveUp(number: number): boolean {
    return this.#begun.get(number) === null && this.#begun.delete(number);
  }
}
