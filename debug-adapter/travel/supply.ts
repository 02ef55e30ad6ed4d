/**
 * Machines that are loaded ahead of time, and brought near to where the user stands while nothing else happens: a machine
 * takes half a second to load, and V8 as long again to compile what runs often.
 */
import { freemem } from 'node:os';
import { PRACTICE } from '../control/machineThread.ts';
import type { Rehearsals } from './rehearsals.ts';
import { NEAR, type Past, type Replica } from './replica.ts';

/** How many there are, and what their threads do. */
export interface Plan {
  /** So many wait near to where the user stands: a search takes one, and the moment that it finds another one. */
  near: number;
  /** So many more wait before the first line, for what is further back. */
  atBeginning: number;
  /** The run goes on, and may become long; else the threads rehearse while the user looks. */
  goesOn: boolean;
}
export const PLANS = {
  /** Somebody who has gone back before stands and looks. */
  traveller: { near: 2, atBeginning: 1, goesOn: false },
  /** Somebody who may go back stands and looks. */
  onlooker: { near: 2, atBeginning: 0, goesOn: false },
  /** The run goes on, of somebody who has gone back before; or has not. */
  returning: { near: 2, atBeginning: 1, goesOn: true },
  passing: { near: 2, atBeginning: 0, goesOn: true },
} as const satisfies Record<string, Plan>;
/** A statement that has changed bytes is found in two machines more. */
export function forBytes(plan: Plan): Plan {
  return { ...plan, near: plan.near + 2 };
}
/** So many events before the user they wait, or a quarter of the run if that is less: steps back leave them behind. */
const PARKED_BEFORE = 5000;
/** One that has fallen back behind that is brought on. */
const FALLEN_BACK = 15_000;
/** A shorter run is repeated as quickly from its beginning. */
const SHORT = 2000;
/** Events between two looks at whether the user still stands. */
const STRETCH = 10_000;
/** In a longer run the second machine of a thread is a third of a second quicker if a short one was there before the first. */
const WORTH_PRACTICE = 5000;
/** How much quicker a machine is whose thread has rehearsed, or has had a long one before. */
const REHEARSED_SPEED = 10;
/** A machine in a thread that is free takes as long to begin as another one for so many events, if its thread has not rehearsed. */
const BEGINNING = 7000;
/** The share of free memory that they may take. */
const MEMORY_SHARE = 1 / 4;

/** Where machines wait for somebody who stands at an event. */
function parkingPlace(event: number): number {
  return event < SHORT ? 0 : Math.floor(event - Math.min(event / 4, PARKED_BEFORE));
}

/** Whether a machine has come to there, and not fallen back behind it. */
function isNear({ at }: Spare, parked: number): boolean {
  return parked - at <= FALLEN_BACK && (parked === 0 || at > 0);
}

interface Spare {
  /** Tells what it repeats. */
  key: string;
  /** The event that it has not passed; 0: it stands before its first line. */
  at: number;
  /** Settles when it stands there. */
  replica: Promise<Replica>;
  /** It is loaded, in a thread that is quick. */
  isRehearsed: boolean;
}

export class Supply {
  readonly #load: (past: Past) => Promise<Replica>;
  readonly #drop: (replica: Replica) => void;
  readonly #rehearsals: Rehearsals;
  readonly #freeThread: () => number | undefined;
  #spares: Spare[] = [];
  /** Counts how often it was to begin and to end: work for an earlier stop ends. */
  #turn = 0;

  constructor(
    load: (past: Past) => Promise<Replica>,
    drop: (replica: Replica) => void,
    rehearsals: Rehearsals,
    freeThread: () => number | undefined,
  ) {
    this.#load = load;
    this.#drop = drop;
    this.#rehearsals = rehearsals;
    this.#freeThread = freeThread;
  }

  /**
   * The machine of a kind that is before an event and will be there first; undefined: there is none, or a new one in a thread that is
   * free would be there sooner.
   */
  take(key: string, before: number): Promise<Replica> | undefined {
    const way = ({ at, isRehearsed }: Spare): number => (before - at) / (isRehearsed ? REHEARSED_SPEED : 1);
    const [nearest] = this.#fitting(key, before).sort((one, other) => way(one) - way(other));
    if (nearest === undefined || way(nearest) > this.#wayOfAnother(before)) return undefined;
    this.#remove(nearest);
    return nearest.replica;
  }
  /** How long a new machine would take: as many events as one repeats meanwhile whose thread has not rehearsed. */
  #wayOfAnother(before: number): number {
    const practice = this.#freeThread() ?? PRACTICE.none;
    return practice < PRACTICE.long ? Infinity : BEGINNING + before / REHEARSED_SPEED;
  }
  /** Whether there is one, wherever it is. */
  get hasBegun(): boolean {
    return this.#spares.length > 0;
  }
  /** Whether one stands before its first line that is quick from there. */
  get isQuickAtBeginning(): boolean {
    return this.#spares.some(({ at, isRehearsed }) => at === 0 && isRehearsed);
  }
  /** Whether one waits for somebody who stands at an event. */
  isOneNear(key: string, event: number): boolean {
    return this.#spares.some((spare) => spare.key === key && isNear(spare, parkingPlace(event)));
  }
  /** @returns false: nobody keeps it any more */
  #remove(spare: Spare): boolean {
    const at = this.#spares.indexOf(spare);
    if (at >= 0) this.#spares.splice(at, 1);
    return at >= 0;
  }

  #fitting(key: string, before: number): Spare[] {
    return this.#spares.filter((spare) => spare.key === key && spare.at <= Math.max(0, before));
  }

  /**
   * The run is at an event: fill up, one machine after the other, until rest() is called.
   *
   * @returns whether all that the plan wants are ready, and nothing else is wanted yet
   */
  async fill(key: string, past: Past, event: number, plan: Plan): Promise<boolean> {
    const turn = ++this.#turn;
    const isOver = (): boolean => turn !== this.#turn;
    void this.#discard((spare) => spare.key !== key || (spare.at > 0 && spare.at > event - NEAR));
    const parked = parkingPlace(event);
    // In a short run all wait before its first line.
    const needed = plan.near + (parked > 0 ? plan.atBeginning : 0);
    if (needed * past.heapUsed > freemem() * MEMORY_SHARE) return false;
    while (!isOver()) {
      const near = this.#spares.filter((spare) => isNear(spare, parked));
      const behind = this.#spares.find((spare) => !near.includes(spare));
      const isShort = near.length < plan.near;
      if (isShort && behind !== undefined) await this.#bring(behind, past, parked, isOver);
      else if (this.#spares.length < needed) {
        const isNew = (plan.goesOn || event >= WORTH_PRACTICE) && this.#freeThread() === undefined;
        // Somebody who goes back meanwhile waits for that thread, and begins no other.
        await this.#settle(this.#begin(key, past, isNew ? this.#rehearsals.begin(isOver) : undefined));
      } else {
        const cold = plan.goesOn ? undefined : await this.#unrehearsed();
        if (cold === undefined) return !isOver();
        if (!(await this.#rehearsals.isTime(isOver))) return false;
        // One before its first line is soon made again. In the place of another one comes one that is quick.
        if (cold.at === 0) await this.#discard((spare) => spare === cold);
        if (!(await this.#rehearsals.rehearse(isOver))) return false;
        await this.#discard((spare) => spare === cold);
      }
    }
    return false;
  }
  /** A machine whose thread is to rehearse; undefined: there is none. */
  async #unrehearsed(): Promise<Spare | undefined> {
    for (const spare of this.#spares) {
      const replica = await spare.replica.catch(() => undefined);
      if (replica?.isRehearsed === false) return spare;
    }
    return undefined;
  }
  /** Unless there is one, begin to make a machine that will soon be needed before an event. */
  async add(key: string, past: Past, event: number): Promise<void> {
    if (this.#fitting(key, event).length > 0 || past.heapUsed > freemem() * MEMORY_SHARE) return;
    const spare = this.#begin(key, past);
    await this.#settle(spare);
    await this.#bring(spare, past, parkingPlace(event), () => false);
  }
  /** @param practice of the thread in which it will be */
  #begin(key: string, past: Past, practice?: Promise<void>): Spare {
    const replica = practice === undefined ? this.#load(past) : practice.then(() => this.#load(past));
    const spare: Spare = { key, at: 0, replica, isRehearsed: false };
    this.#spares.push(spare);
    spare.replica.then(
      ({ isRehearsed }) => (spare.isRehearsed = isRehearsed),
      () => {},
    );
    return spare;
  }
  /** Bring a machine on, a stretch at a time. */
  async #bring(spare: Spare, { lasting }: Past, event: number, isOver: () => boolean): Promise<void> {
    while (spare.at < event && !isOver() && this.#spares.includes(spare)) {
      const to = (spare.at = Math.min(event, spare.at + STRETCH));
      spare.replica = spare.replica.then(async (replica) => {
        await replica.expectStacks(lasting);
        spare.at = Math.max(to, await replica.toEvent(to));
        return replica;
      });
      await this.#settle(spare);
    }
  }
  /** Whoever needs a machine that could not be made meets the error; nobody keeps it. */
  async #settle(spare: Spare): Promise<void> {
    await spare.replica.catch(() => {
      this.#spares = this.#spares.filter((other) => other !== spare);
      this.rest();
    });
  }
  /** @returns when their threads are about to be free */
  async #discard(isUseless: (spare: Spare) => boolean): Promise<void> {
    const useless = this.#spares.filter(isUseless);
    this.#spares = this.#spares.filter((spare) => !isUseless(spare));
    await Promise.all(useless.map(({ replica }) => replica.then(this.#drop, () => {})));
  }

  /** The machine is needed elsewhere: nothing is made any more, and what there is stays. */
  rest(): void {
    this.#turn++;
  }
  /** Somebody has ended them all. */
  forget(): void {
    this.rest();
    this.#spares = [];
  }
}
