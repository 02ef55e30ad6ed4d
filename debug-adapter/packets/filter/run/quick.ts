/**
 * Tests packets without decoding them, as far as their shapes tell enough: a field that a shape does not have is not
 * there, a protocol that it has is, and ports, addresses and flags are at known places.
 */
import type { Entry } from '../../kept/keptPackets.ts';
import type { Shape } from '../../kept/shapes.ts';
import type { Filter, Value } from '../meaning/tree.ts';
import { usesOf, type Use } from '../meaning/uses.ts';
import { columnReader } from '../meaning/fields.ts';
import { compileTest, type Predicate } from './compile.ts';
import { isTold, mayCome, Sketch } from './sketch.ts';
import type { Subject } from './subject.ts';

/** What is to be done with the packets of one shape. */
interface Plan {
  /** All or none of them match; null if that depends on the packet. */
  readonly always: boolean | null;
  /** Without it a packet does not match. */
  readonly must: Predicate | null;
  /** What passes `must` matches; else it has to be decoded. */
  readonly isWhole: boolean;
}

/** Nothing is there. */
const EMPTY: Subject = {
  layers: [],
  columns: { source: '', destination: '', protocol: '', info: '' },
  items: () => [],
};

export class QuickTest {
  private readonly filter: Filter;
  private readonly plans = new Map<Shape, Plan>();

  constructor(filter: Filter) {
    this.filter = filter;
  }

  /** @param entry makes what is known of the packet. @returns whether it matches; null if it has to be decoded */
  matches(shape: Shape, entry: () => Entry): boolean | null {
    let plan = this.plans.get(shape);
    if (!plan) this.plans.set(shape, (plan = planFor(this.filter, shape)));
    const { always, must, isWhole } = plan;
    if (always !== null || !must) return always;
    if (!must(new Sketch(shape, entry()))) return false;
    return isWhole ? true : null;
  }
}

function planFor(filter: Filter, shape: Shape): Plan {
  const left = folded(filter, shape);
  if (typeof left === 'boolean') return { always: left, must: null, isWhole: true };
  const tests = left.kind === 'and' ? left.tests : [left];
  const told = tests.filter((test) => usesOf(test).every((use) => isReadable(use, shape)));
  if (told.length === 0) return { always: null, must: null, isWhole: false };
  const must = told.length === 1 ? told[0]! : { kind: 'and' as const, tests: told };
  return { always: null, must: compileTest(must), isWhole: told.length === tests.length };
}

/** What is left of a filter for packets of a shape. */
function folded(filter: Filter, shape: Shape): Filter | boolean {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const isAnd = filter.kind === 'and';
      const left: Filter[] = [];
      for (const test of filter.tests) {
        const one = folded(test, shape);
        if (one === !isAnd) return one;
        if (typeof one !== 'boolean') left.push(one);
      }
      return left.length === 0 ? isAnd : left.length === 1 ? left[0]! : { kind: filter.kind, tests: left };
    }
    case 'not': {
      const inner = folded(filter.inner, shape);
      return typeof inner === 'boolean' ? !inner : { kind: 'not', inner };
    }
    case 'present':
      if (isThere(filter.value, shape)) return true;
      break;
    default:
  }
  const isDecided = usesOf(filter).every((use) => isAbsent(use, shape));
  return isDecided ? compileTest(filter)(EMPTY) : filter;
}

function isThere(value: Value, shape: Shape): boolean {
  return value.kind === 'field' && !value.layers && shape.has(value.field) && !mayCome(value.field, shape);
}

function isAbsent({ field }: Use, shape: Shape): boolean {
  return !columnReader(field) && !shape.has(field) && !mayCome(field, shape);
}

function isReadable(use: Use, shape: Shape): boolean {
  return isAbsent(use, shape) || (use.isValue && !columnReader(use.field) && isTold(use.field, shape));
}
