/** The list of filters with which display filters are compared. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const LIST = path.resolve(import.meta.dirname, '../../..', 'test/debug-adapter/packets/filter/filters.txt');

/** By heading; those under "wrong" are refused. */
export function filterList(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  let group: string[] = [];
  for (const line of readFileSync(LIST, 'utf8').split('\n').filter(Boolean))
    if (line.startsWith('# ')) groups.set(line.slice(2), (group = []));
    else group.push(line);
  return groups;
}
