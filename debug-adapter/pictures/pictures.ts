/** The pictures of a world, in the machine's thread: what each shows, as plain data. */
import type { Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { World } from '../../stack/world/world.ts';
import type { SequenceBases } from '../inspect/sequenceBases.ts';
import type { Trees } from '../inspect/trees/trees.ts';
import type { PictureData, PictureId } from './data.ts';
import { Peers } from './peers.ts';
import { RingsPicture } from './rings.ts';
import { QueuesPicture } from './queues.ts';
import { StatesPicture } from './states.ts';

type Sources = { [Id in PictureId]: { data(since: number): Extract<PictureData, { picture: Id }> } };

export class Pictures {
  readonly #world: World;
  readonly #sources: Sources;
  /** The event numbers of the stop before, and of the last one. */
  #before = 0;
  #last = 0;

  constructor(world: World, trees: Trees, sequences: SequenceBases, t: Translate) {
    this.#world = world;
    this.#sources = {
      queues: new QueuesPicture(world, trees, new Peers(world), t),
      states: new StatesPicture(world, trees, t),
      rings: new RingsPicture(world, sequences),
    };
  }

  /** A new stop: changes are new that happened since the stop before. */
  stopped(): void {
    this.#before = this.#last;
    this.#last = this.#world.event;
  }

  data(id: PictureId): PictureData {
    if (!Object.hasOwn(this.#sources, id))
      throw new UserError('there is no picture "{0}": {1}', id, Object.keys(this.#sources).join(', '));
    return this.#sources[id].data(this.#before);
  }
  all(): PictureData[] {
    return (Object.keys(this.#sources) as PictureId[]).map((id) => this.data(id));
  }
}
