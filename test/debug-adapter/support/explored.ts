/** Explores a program in this process, and gives back what was found. */
import { Explorer, type Order, type Progress } from '../../../debug-adapter/explore/explorer.ts';

/** Virtual time in s: runs of tests are short. */
const LIMIT_S = 100;

/** @param onProgress may stop it */
export function explored(
  file: string,
  more: Partial<Order>,
  onProgress: (progress: Progress, explorer: Explorer) => void = () => {},
) {
  const explorer: Explorer = new Explorer(
    {
      subject: { programs: [{ file }], hosts: {}, config: {}, limit: LIMIT_S, asleep: [] },
      seeds: { first: 1, last: 3 },
      faults: [],
      shard: { index: 1, count: 1 },
      jobs: 2,
      all: false,
      ...more,
    },
    (progress) => onProgress(progress, explorer),
  );
  return explorer.run();
}
