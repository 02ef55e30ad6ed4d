/**
 * The world's random numbers: all are derived from its seed, so that the same seed gives the same run.
 *
 * @linux drivers/char/random.c, include/linux/prandom.h
 */
import type { u32 } from '../include/linux/types.ts';

/** xoshiro128**: small, fast, good enough for ports, sequence numbers and lost frames. Not for secrets. */
export class RandomState {
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;

  constructor(seed: number) {
    this.reseed(seed);
  }

  /** The numbers from here on are those of this seed. */
  reseed(seed: number): void {
    // splitmix32 spreads the seed over the state.
    let x = seed | 0;
    const next = () => {
      x = (x + 0x9e3779b9) | 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#s0 = next();
    this.#s1 = next();
    this.#s2 = next();
    this.#s3 = next() | 1;
  }

  /** 32 random bits, as int32. */
  next(): u32 {
    const r = Math.imul(this.#s1, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9);
    const t = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= t;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }
}

/** An owner of the stream of random numbers: a world, or one of its machines. */
export interface Randomness {
  readonly random: RandomState;
}

/** 32 random bits, as int32. @linux include/linux/random.h */
export function get_random_u32(from: Randomness): u32 {
  return from.random.next();
}
/** From 0 to ceil - 1. @linux include/linux/random.h */
export function get_random_u32_below(from: Randomness, ceil: number): number {
  return Math.floor(((from.random.next() >>> 0) / 0x1_0000_0000) * ceil);
}
/** From floor to ceil, both included. @linux include/linux/random.h */
export function get_random_u32_inclusive(from: Randomness, floor: number, ceil: number): number {
  return floor + get_random_u32_below(from, ceil - floor + 1);
}
/** At least 0, less than 1: for probabilities. */
export function random_fraction(from: Randomness): number {
  return (from.random.next() >>> 0) / 0x1_0000_0000;
}
