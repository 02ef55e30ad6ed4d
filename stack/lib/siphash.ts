/**
 * SipHash-2-4, a keyed hash: its values cannot be guessed without the key. 64-bit words are pairs of int32.
 *
 * @linux lib/siphash.c
 */
import type { Machine } from '../machine.ts';
import type { u32 } from '../include/linux/types.ts';
import { get_random_u32 } from './random.ts';

/** 128 bits: k0 and k1, each low and high. @linux siphash_key_t */
export class siphash_key {
  k0_lo: u32;
  k0_hi: u32;
  k1_lo: u32;
  k1_hi: u32;

  /** Draw the key from the machine's random numbers. */
  constructor(machine: Machine) {
    this.k0_lo = get_random_u32(machine);
    this.k0_hi = get_random_u32(machine);
    this.k1_lo = get_random_u32(machine);
    this.k1_hi = get_random_u32(machine);
  }
}

/** 64 bits. */
export interface siphash_value {
  lo: u32;
  hi: u32;
}

/** Hash three words. @linux lib/siphash.c */
export function siphash_3u32(first: u32, second: u32, third: u32, key: siphash_key): siphash_value {
  const state = new siphash_state(key);
  state.compress(first, second);
  return state.finalize(third, 12 << 24);
}

/** Hash four words. @linux lib/siphash.c */
export function siphash_4u32(
  first: u32,
  second: u32,
  third: u32,
  forth: u32,
  key: siphash_key,
): siphash_value {
  const state = new siphash_state(key);
  state.compress(first, second);
  state.compress(third, forth);
  return state.finalize(0, 16 << 24);
}

/** The four words v0 to v3. */
class siphash_state {
  v0l: u32;
  v0h: u32;
  v1l: u32;
  v1h: u32;
  v2l: u32;
  v2h: u32;
  v3l: u32;
  v3h: u32;

  /** The constants read "somepseudorandomlygeneratedbytes". */
  constructor(key: siphash_key) {
    this.v0l = 0x70736575 ^ key.k0_lo;
    this.v0h = 0x736f6d65 ^ key.k0_hi;
    this.v1l = 0x6e646f6d ^ key.k1_lo;
    this.v1h = 0x646f7261 ^ key.k1_hi;
    this.v2l = 0x6e657261 ^ key.k0_lo;
    this.v2h = 0x6c796765 ^ key.k0_hi;
    this.v3l = 0x79746573 ^ key.k1_lo;
    this.v3h = 0x74656462 ^ key.k1_hi;
  }

  /** Mix 8 bytes in. */
  compress(lo: u32, hi: u32): void {
    this.v3l ^= lo;
    this.v3h ^= hi;
    this.#round();
    this.#round();
    this.v0l ^= lo;
    this.v0h ^= hi;
  }

  /** Mix the last bytes in, with the length in the topmost one. */
  finalize(lo: u32, hi: u32): siphash_value {
    this.compress(lo, hi);
    this.v2l ^= 0xff;
    this.#round();
    this.#round();
    this.#round();
    this.#round();
    return {
      lo: this.v0l ^ this.v1l ^ this.v2l ^ this.v3l,
      hi: this.v0h ^ this.v1h ^ this.v2h ^ this.v3h,
    };
  }

  /** SIPROUND: additions, rotations and exclusive ors of 64 bits. */
  #round(): void {
    let { v0l, v0h, v1l, v1h, v2l, v2h, v3l, v3h } = this;
    let l: number;

    // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
    l = (v0l + v1l) | 0;
    v0h = (v0h + v1h + carry(l, v0l)) | 0;
    v0l = l;
    l = (v1l << 13) | (v1h >>> 19);
    v1h = (v1h << 13) | (v1l >>> 19);
    v1l = l ^ v0l;
    v1h ^= v0h;
    l = v0l;
    v0l = v0h;
    v0h = l;

    // v2 += v3; v3 <<<= 16; v3 ^= v2
    l = (v2l + v3l) | 0;
    v2h = (v2h + v3h + carry(l, v2l)) | 0;
    v2l = l;
    l = (v3l << 16) | (v3h >>> 16);
    v3h = (v3h << 16) | (v3l >>> 16);
    v3l = l ^ v2l;
    v3h ^= v2h;

    // v0 += v3; v3 <<<= 21; v3 ^= v0
    l = (v0l + v3l) | 0;
    v0h = (v0h + v3h + carry(l, v0l)) | 0;
    v0l = l;
    l = (v3l << 21) | (v3h >>> 11);
    v3h = (v3h << 21) | (v3l >>> 11);
    v3l = l ^ v0l;
    v3h ^= v0h;

    // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
    l = (v2l + v1l) | 0;
    v2h = (v2h + v1h + carry(l, v2l)) | 0;
    v2l = l;
    l = (v1l << 17) | (v1h >>> 15);
    v1h = (v1h << 17) | (v1l >>> 15);
    v1l = l ^ v2l;
    v1h ^= v2h;
    l = v2l;
    v2l = v2h;
    v2h = l;

    this.v0l = v0l;
    this.v0h = v0h;
    this.v1l = v1l;
    this.v1h = v1h;
    this.v2l = v2l;
    this.v2h = v2h;
    this.v3l = v3l;
    this.v3h = v3h;
  }
}

/** Whether the unsigned addition with result `sum` overflowed. `addend` is one of the two operands. */
function carry(sum: u32, addend: u32): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}
