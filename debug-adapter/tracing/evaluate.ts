/**
 * Evaluates a trace command's expressions at a tracepoint: stored fields, the kernel's getters, arithmetic. Nothing of
 * the program runs.
 */
import { UserError } from '../../language/userError.ts';
import type { Describer } from '../inspect/describe.ts';
import { findProperty, isProxy } from '../inspect/values/peek.ts';
import type { Expression } from './syntax.ts';

/** What an expression may name. */
export interface Surroundings {
  /** The tracepoint's arguments, by name. */
  args: ReadonlyMap<string, unknown>;
  /** `pid`, `comm`, … */
  builtins: ReadonlyMap<string, unknown>;
}
/** A value, and the field that it was read from. */
interface Read {
  value: unknown;
  field?: { owner: object; name: string };
}

export class Evaluator {
  readonly #describer: Describer;

  constructor(describer: Describer) {
    this.#describer = describer;
  }

  /** @throws UserError if there is nothing of a name */
  value(expression: Expression, around: Surroundings): unknown {
    return this.#read(expression, around).value;
  }
  /** As the Variables view shows it. */
  text(expression: Expression, around: Surroundings): string {
    const { value, field } = this.#read(expression, around);
    if (typeof value === 'string') return value;
    return field === undefined
      ? this.#describer.text(value)
      : this.#describer.fieldText(field.owner, field.name, value);
  }
  isTrue(expression: Expression, around: Surroundings): boolean {
    return Boolean(this.value(expression, around));
  }

  #read(expression: Expression, around: Surroundings): Read {
    switch (expression.kind) {
      case 'literal':
        return { value: expression.value };
      case 'name':
        return this.#name(expression.name, around);
      case 'member': {
        const { value } = this.#read(expression.of, around);
        if (typeof value !== 'object' || value === null)
          throw new UserError('{0} has no field {1}', this.#describer.text(value), expression.name);
        return this.#field(value, expression.name) ?? noField(this.#describer.text(value), expression.name);
      }
      case 'unary':
        return { value: unary(expression.operator, this.value(expression.of, around)) };
      case 'binary':
        return { value: this.#binary(expression, around) };
    }
  }

  /** An argument; a field of one; a constant of the kernel. */
  #name(name: string, { args, builtins }: Surroundings): Read {
    if (args.has(name)) return { value: args.get(name) };
    if (builtins.has(name)) return { value: builtins.get(name) };
    for (const arg of args.values()) {
      const read = typeof arg === 'object' && arg !== null ? this.#field(arg, name) : undefined;
      if (read !== undefined) return read;
    }
    const constant = this.#describer.kernel.number(name);
    if (constant !== undefined) return { value: constant };
    const known = [...args.keys(), ...builtins.keys()].join(', ');
    throw new UserError('there is no {0} here; known are {1}, their fields, and constants', name, known);
  }
  #field(owner: object, name: string): Read | undefined {
    if (isProxy(owner)) return undefined;
    const found = findProperty(owner, name);
    if (found === undefined) return undefined;
    const { property, holder } = found;
    const field = { owner, name };
    if ('value' in property) return { value: property.value as unknown, field };
    const isKernels = property.get !== undefined && this.#describer.kernel.isPrototype(holder);
    return isKernels ? { value: Reflect.apply(property.get!, owner, []) as unknown, field } : undefined;
  }

  #binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>, around: Surroundings): unknown {
    const a = this.value(left, around);
    if (operator === '&&') return Boolean(a) && this.isTrue(right, around);
    if (operator === '||') return Boolean(a) || this.isTrue(right, around);
    const b = this.value(right, around);
    if (operator === '==') return a === b || (isWord(a) && isWord(b) && String(a) === String(b));
    if (operator === '!=') return !(a === b || (isWord(a) && isWord(b) && String(a) === String(b)));
    return arithmetic(operator, number(a), number(b));
  }
}

function noField(owner: string, name: string): never {
  throw new UserError('{0} has no field {1}', owner, name);
}
/** What may be compared by its text. */
function isWord(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
/** @throws UserError for anything else, and for what a division by 0 gives */
export function number(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'boolean') return Number(value);
  const isShown = typeof value === 'string' || typeof value === 'number';
  throw new UserError('this is no number: {0}', isShown ? String(value) : typeof value);
}
function unary(operator: string, value: unknown): unknown {
  if (operator === '!') return !value;
  return operator === '-' ? -number(value) : ~number(value);
}
function arithmetic(operator: string, a: number, b: number): number | boolean {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    case '%':
      return a % b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}
