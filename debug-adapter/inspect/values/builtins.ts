/** JavaScript's own classes in one line: dates, errors, promises, generators, boxed primitives. */
import { types } from 'node:util';
import type { Engine } from './engine.ts';
import { className, meetsProxy, storedText } from './peek.ts';

/** Helpers for creating a text. */
export interface Words {
  engine: Engine;
  /** A value inside another one. */
  short(value: unknown): string;
}
/** @returns undefined for an object of another class */
type Text = (value: object, words: Words) => string | undefined;

// Saved before a program can replace them.
const dateText = Date.prototype.toString;
const sourceOf = Function.prototype.toString;
const getter = (prototype: object, name: string) =>
  Object.getOwnPropertyDescriptor(prototype, name)!.get as () => unknown;
const regExpSource = getter(RegExp.prototype, 'source');
/** In JavaScript's order; each exists since some version of V8. */
const REGEXP_FLAGS = [
  ['d', 'hasIndices'],
  ['g', 'global'],
  ['i', 'ignoreCase'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['u', 'unicode'],
  ['v', 'unicodeSets'],
  ['y', 'sticky'],
]
  .filter(([, name]) => Object.hasOwn(RegExp.prototype, name!))
  .map(([flag, name]) => ({ flag, get: getter(RegExp.prototype, name!) }));
const BOXES = [
  { is: types.isNumberObject, name: 'Number', valueOf: Number.prototype.valueOf as () => unknown },
  { is: types.isStringObject, name: 'String', valueOf: String.prototype.valueOf as () => unknown },
  { is: types.isBooleanObject, name: 'Boolean', valueOf: Boolean.prototype.valueOf as () => unknown },
  { is: types.isBigIntObject, name: 'BigInt', valueOf: BigInt.prototype.valueOf as () => unknown },
  { is: types.isSymbolObject, name: 'Symbol', valueOf: Symbol.prototype.valueOf as () => unknown },
];

const TEXTS: readonly Text[] = [
  (value) => (types.isDate(value) ? (Reflect.apply(dateText, value, []) as string) : undefined),
  (value) => (types.isRegExp(value) ? regExpText(value) : undefined),
  (value) => (types.isNativeError(value) ? errorHead(value) : undefined),
  (value, { short }) => {
    const box = BOXES.find(({ is }) => is(value));
    return box && `${box.name} {${short(Reflect.apply(box.valueOf, value, []))}}`;
  },
  (value, words) => (types.isPromise(value) ? promiseText(value, words) : undefined),
  (value, { engine }) => {
    if (!types.isGeneratorObject(value)) return undefined;
    const made = engine.internal(value, '[[GeneratorFunction]]');
    const name = typeof made === 'function' ? (storedText(made, 'name') ?? '') : '';
    return `${name || 'Generator'} {<${String(engine.internal(value, '[[GeneratorState]]'))}>}`;
  },
  (value) => (types.isMapIterator(value) ? 'Map Iterator {…}' : undefined),
  (value) => (types.isSetIterator(value) ? 'Set Iterator {…}' : undefined),
  (value) => (types.isWeakMap(value) ? 'WeakMap {…}' : undefined),
  (value) => (types.isWeakSet(value) ? 'WeakSet {…}' : undefined),
  (value, { engine, short }) =>
    !meetsProxy(value) && value instanceof WeakRef
      ? `WeakRef {${short(engine.internal(value, '[[WeakRefTarget]]'))}}`
      : undefined,
];

export function builtinText(value: object, words: Words): string | undefined {
  for (const text of TEXTS) {
    const found = text(value, words);
    if (found !== undefined) return found;
  }
  return undefined;
}

function regExpText(value: RegExp): string {
  const flags = REGEXP_FLAGS.filter(({ get }) => Reflect.apply(get, value, []) === true);
  return `/${String(Reflect.apply(regExpSource, value, []))}/${flags.map(({ flag }) => flag).join('')}`;
}

function promiseText(value: object, { engine, short }: Words): string {
  const { internals } = engine.look(value);
  const inner = (name: string) => internals.find((one) => one.name === name)?.value;
  const state = String(inner('[[PromiseState]]'));
  const name = className(value) || 'Promise';
  return state === 'pending'
    ? `${name} {<pending>}`
    : `${name} {<${state}>: ${short(inner('[[PromiseResult]]'))}}`;
}

/** `TypeError: x is not a function`, as far as it can be determined without running code. */
export function errorHead(value: object): string {
  const name = storedText(value, 'name') ?? className(value);
  const message = storedText(value, 'message') ?? '';
  if (name === '') return message || 'Error';
  return message === '' ? name : `${name}: ${message}`;
}
const LONGEST_HEAD = 100;

/** `ƒ tcp_v4_rcv(skb)`, `class Queue extends Array`. */
export function functionText(value: object): string {
  const name = storedText(value, 'name') || '(anonymous)';
  const source = Reflect.apply(sourceOf, value, []) as string;
  if (source.startsWith('class')) {
    const head = /^class[^{]*/.exec(source)![0].trim();
    return head === 'class' ? `class ${name}` : head.slice(0, LONGEST_HEAD);
  }
  const star = /^(?:async\s*)?(?:function\s*)?\*/.test(source) ? '*' : '';
  return `ƒ${star} ${name}${parametersIn(source)}`;
}
/** The parameters as written in the source; empty if they cannot be found in a few characters. */
function parametersIn(source: string): string {
  const open = source.indexOf('(');
  const arrow = source.indexOf('=>');
  if (open < 0 || (arrow >= 0 && arrow < open)) {
    const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(source);
    return single === null ? '' : `(${single[1]})`;
  }
  let depth = 0;
  for (let at = open; at < Math.min(source.length, open + LONGEST_HEAD); at++) {
    if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0)
      return source
        .slice(open, at + 1)
        .replace(/\s+/g, ' ')
        .replace(/ ([,)])/g, '$1');
  }
  return '';
}
