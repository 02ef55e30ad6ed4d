/** Epoll descriptors that watch each other: no loops, no long chains, not too many paths. @linux fs/eventpoll.c */
import { EP_MAX_NESTS, type epitem, type eventpoll } from '../../include/linux/eventpoll.ts';
import { ep_items, is_file_epoll } from './items.ts';

/** How many chains of 1 to 5 epoll descriptors may lead from one file to those that nothing watches. */
const path_limits = [1000, 500, 100, 50, 10];

/** One check, made before an epoll descriptor gets another item. */
export class nesting_check {
  /** The epoll descriptor that gets the item. @linux inserting_into */
  readonly #into: eventpoll;
  /** Depths that are known. @linux loop_check_gen, loop_check_depth */
  readonly #depths = new Map<eventpoll, number>();
  /** What watches the files that get new paths. @linux tfile_check_list */
  readonly #files = new Set<Set<epitem>>();

  constructor(into: eventpoll) {
    this.#into = into;
  }

  /** @returns false when watching `to` makes a loop or too long a chain. @linux ep_loop_check */
  may_watch(to: eventpoll): boolean {
    const below = this.#depth_below(to, 0);
    return below <= EP_MAX_NESTS && below + 1 + this.#depth_over(this.#into) <= EP_MAX_NESTS;
  }
  /** The depth of what `ep` watches; more than EP_MAX_NESTS for a loop. @linux ep_loop_check_proc */
  #depth_below(ep: eventpoll, depth: number): number {
    const known = this.#depths.get(ep);
    if (known !== undefined) return known;
    let result = 0;
    this.#depths.set(ep, 0);
    for (const { ffd } of ep_items(ep)) {
      if (!is_file_epoll(ffd.file)) {
        this.#files.add(ffd.file.f_ep!);
        continue;
      }
      const next = ffd.file.private_data as eventpoll;
      if (next === this.#into || depth > EP_MAX_NESTS) result = EP_MAX_NESTS + 1;
      else result = Math.max(result, this.#depth_below(next, depth + 1) + 1);
      if (result > EP_MAX_NESTS) break;
    }
    this.#depths.set(ep, result);
    return result;
  }
  /** How long the chains are that watch `ep`. @linux ep_get_upwards_depth_proc */
  #depth_over(ep: eventpoll): number {
    const known = this.#depths.get(ep);
    if (known !== undefined) return known;
    let result = 0;
    for (const epi of ep.refs) result = Math.max(result, this.#depth_over(epi.ep) + 1);
    this.#depths.set(ep, result);
    return result;
  }

  /** The new item is one more path from this file. @linux list_file */
  list_file(watchers: Set<epitem>): void {
    this.#files.add(watchers);
  }
  /** @returns false when too many paths lead from one of the files. @linux reverse_path_check */
  paths_are_few(): boolean {
    return [...this.#files].every((watchers) => count_paths(watchers, 0, [0, 0, 0, 0, 0]));
  }
}

/** @linux reverse_path_check_proc */
function count_paths(watchers: ReadonlySet<epitem>, depth: number, counts: number[]): boolean {
  if (depth > EP_MAX_NESTS) return false;
  for (const { ep } of watchers) {
    if (ep.refs.size > 0) {
      if (!count_paths(ep.refs, depth + 1, counts)) return false;
      // A file may be watched directly by any number.
    } else if (depth > 0 && ++counts[depth]! > path_limits[depth]!) {
      return false;
    }
  }
  return true;
}
