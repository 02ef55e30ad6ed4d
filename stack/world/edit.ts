/**
 * A change of a field from outside, described so that another run can repeat it: by the path from the world
 * to the field.
 */
import type { World } from './world.ts';

/** A property's name, or the key of a Map's entry. */
export type EditStep = string | { key: string | number };
export type EditPath = readonly EditStep[];
export type EditValue = number | string | boolean | null;

/** How many objects the search for a path visits before it gives up. */
const MOST_OBJECTS = 2_000_000;

interface Visit {
  object: object;
  from: Visit | null;
  step: EditStep;
}

/**
 * Find the shortest path from the world to an object, over data properties, arrays and Maps; no getter runs.
 *
 * @returns null when no lasting object refers to it
 */
export function path_to(world: World, wanted: object): EditPath | null {
  const root: Visit = { object: world, from: null, step: '' };
  // Skip state that changes with each turn, such as the running machine.
  const queue: Visit[] = [{ object: world.machines, from: root, step: 'machines' }];
  const seen = new Set<object>([world, world.machines]);
  for (let at = 0; at < queue.length && at < MOST_OBJECTS; at++) {
    const visit = queue[at]!;
    if (visit.object === wanted) return steps_of(visit);
    for (const [step, value] of references_of(visit.object)) {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
        continue;
      seen.add(value);
      queue.push({ object: value, from: visit, step });
    }
  }
  return null;
}

function steps_of(visit: Visit): EditPath {
  const steps: EditStep[] = [];
  for (let at = visit; at.from !== null; at = at.from) steps.unshift(at.step);
  return steps;
}

function* references_of(object: object): Generator<[EditStep, unknown]> {
  if (object instanceof Map) {
    for (const [key, value] of object)
      if (typeof key === 'string' || typeof key === 'number') yield [{ key }, value];
    return;
  }
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object)))
    if ('value' in descriptor) yield [name, descriptor.value];
}

/** A field was changed from outside: add the change to the world's input log. */
export function note_edit(world: World, owner: object, name: string): void {
  const path = path_to(world, owner);
  const value = (owner as Record<string, unknown>)[name];
  const isPlain = value === null || ['number', 'string', 'boolean'].includes(typeof value);
  const text = `${name} = ${String(value)}`;
  if (!isPlain) world.inputs.note({ kind: 'evaluation', text });
  else if (path === null) world.inputs.note({ kind: 'evaluation', text, value: value as EditValue });
  else world.inputs.note({ kind: 'edit', path: [...path, name], value: value as EditValue });
}

/** The object at the end of a path; undefined: it leads nowhere. */
export function object_at(world: World, path: EditPath): object | undefined {
  let object: object | undefined = world;
  for (const step of path) object = follow(object, step);
  return object;
}

/** @throws RangeError when the path leads nowhere */
export function apply_edit(world: World, path: EditPath, value: EditValue): void {
  const object = object_at(world, path.slice(0, -1));
  const last = path.at(-1);
  if (object === undefined || last === undefined) {
    throw new RangeError(`there is nothing at ${JSON.stringify(path)} to be changed`);
  }
  if (typeof last === 'object') (object as Map<string | number, unknown>).set(last.key, value);
  else (object as Record<string, unknown>)[last] = value;
}

function follow(object: object | undefined, step: EditStep): object | undefined {
  if (object === undefined) return undefined;
  const next: unknown =
    typeof step === 'object' && object instanceof Map
      ? object.get(step.key)
      : (object as Record<string, unknown>)[step as string];
  return typeof next === 'object' && next !== null ? next : undefined;
}
