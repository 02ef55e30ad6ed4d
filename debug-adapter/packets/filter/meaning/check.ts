/** Gives a filter's names and literals their meaning: fields are looked up, types have to fit. */
import { message, type Message } from '../../../../language/message.ts';
import { errorPart } from '../../../../language/userError.ts';
import { FilterError } from '../filterError.ts';
import { quoted, type Token } from '../grammar/lexer.ts';
import { rangeText, readRanges } from '../grammar/ranges.ts';
import type { TestSyntax, ValueSyntax } from '../grammar/syntax.ts';
import { anyCaseField, exampleOf, exampleTest, filterField, unknownField } from './fields.ts';
import { checkParameter, EXAMPLES, FUNCTIONS, functionNamed } from './functions.ts';
import { readLiteral, type Target } from './literals.ts';
import { calledType, groupOf, type Filter, type Group, type Value } from './tree.ts';
import { compilePattern, PatternError } from '../run/pattern.ts';

/** @throws FilterError that names the place and the cure */
export function checkFilter(syntax: TestSyntax): Filter {
  switch (syntax.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return { kind: syntax.kind, tests: syntax.tests.map(checkFilter) };
    case 'not':
      return { kind: 'not', inner: checkFilter(syntax.inner) };
    case 'present':
      return present(syntax.value);
    case 'compare':
      return compare(syntax);
    case 'in':
      return membership(syntax);
  }
}

function present(syntax: ValueSyntax): Filter {
  const value = leftValue(syntax, 'present');
  if (value.kind === 'call')
    throw refuse(
      syntax,
      message(
        '{0}() gives a value, which has to be compared; write for example {1}',
        value.name,
        EXAMPLES[value.name],
      ),
    );
  return { kind: 'present', value };
}

function compare(syntax: Extract<TestSyntax, { kind: 'compare' }>): Filter {
  const { quantifier, operator, at } = syntax;
  const left = leftValue(syntax.left, at.text, syntax.right);
  const shown = shownAs(left);
  const group = groupOf(left.type);
  if (group === 'none')
    throw refuse(at, message('{0} is there or not, and has no value; write just {0}', shown));
  if (operator !== 'contains' && operator !== 'matches') {
    const right = checkValue(syntax.right, targetOf(left, at.text, false));
    requireSame(left, right, syntax.right, at.text);
    return { kind: 'compare', quantifier, left, operator, right };
  }
  if (!SEARCHED.has(group)) {
    const cure = left.kind === 'field' ? exampleTest(shown, '==') : `${shown} == 10`;
    throw refuse(
      at,
      message('{0} looks into text and bytes; {1} is neither: write {2}', operator, shown, cure),
    );
  }
  if (operator === 'contains') {
    const right = checkValue(syntax.right, targetOf(left, at.text, true));
    requireSame(left, right, syntax.right, at.text);
    return { kind: 'contains', quantifier, left, right };
  }
  const token = syntax.right.kind === 'atom' ? syntax.right.token : null;
  if (token?.kind !== 'string')
    throw refuse(
      syntax.right,
      message('a regular expression goes into quotes: {0}', `${shown} ${at.text} "…"`),
    );
  checkPattern(token);
  return { kind: 'matches', quantifier, left, pattern: token.bytes };
}

function checkPattern(token: Token): void {
  try {
    compilePattern(token.bytes);
  } catch (error) {
    if (!(error instanceof PatternError || error instanceof SyntaxError)) throw error;
    throw refuse(token, message('not a regular expression: {0}', errorPart(error)));
  }
}

const SEARCHED: ReadonlySet<Group> = new Set(['string', 'bytes', 'protocol']);

function membership(syntax: Extract<TestSyntax, { kind: 'in' }>): Filter {
  const { quantifier, isNegated, at } = syntax;
  const left = leftValue(syntax.left, 'in');
  const shown = shownAs(left);
  if (left.kind !== 'field')
    throw refuse(
      syntax.left,
      message('only a field can be looked up in a set; compare this with ==, and join with "or"'),
    );
  if (left.type === 'none')
    throw refuse(at, message('{0} cannot be looked up in a set; write just {0}', shown));
  const read = (value: ValueSyntax): Value => {
    const checked = checkValue(value, targetOf(left, 'in', false));
    requireSame(left, checked, value, 'in');
    return checked;
  };
  const ranges = syntax.ranges.map(({ low, high }) => ({
    low: read(low),
    high: high === null ? null : read(high),
  }));
  return { kind: 'in', quantifier, isNegated, left, ranges };
}

/** The value to the left of an operator, or alone: something of the packet. */
function leftValue(syntax: ValueSyntax, operator: string, right?: ValueSyntax): Value {
  const first = firstAtom(syntax);
  if (first && isConstant(syntax)) {
    const other = right && !isConstant(right) && !('operator' in right) ? firstAtom(right) : null;
    const isName = first.kind === 'word' && /^\.?[a-z_]/i.test(first.text);
    if (isName) throw refuse(first, unknownField(first.text));
    if (other)
      throw refuse(
        first,
        message(
          'a field goes to the left; write {0}',
          `${other.text} ${MIRRORED[operator] ?? operator} ${first.kind === 'string' ? quoted(first.bytes) : first.text}`,
        ),
      );
    throw refuse(first, valueAlone(first));
  }
  return checkValue(syntax, null);
}

const MIRRORED: Readonly<Record<string, string>> = {
  ...{ '<': '>', '>': '<', '<=': '>=', '>=': '<=' },
  ...{ lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' },
};

function firstAtom(syntax: ValueSyntax): Token | null {
  switch (syntax.kind) {
    case 'atom':
      return syntax.token;
    case 'arithmetic':
      return firstAtom(syntax.left);
    case 'call':
      return null;
    default:
      return firstAtom(syntax.inner);
  }
}

/** Whether there is no field in it. */
function isConstant(syntax: ValueSyntax): boolean {
  switch (syntax.kind) {
    case 'atom':
      return syntax.token.kind !== 'word' || fieldOf(syntax.token, true) === undefined;
    case 'arithmetic':
      return isConstant(syntax.left) && isConstant(syntax.right);
    case 'call':
      return false;
    default:
      return isConstant(syntax.inner);
  }
}

/** @param target what a literal is read for; null where there can be none */
function checkValue(syntax: ValueSyntax, target: Target | null): Value {
  switch (syntax.kind) {
    case 'atom':
      return atom(syntax.token, target);
    case 'raw':
    case 'layer': {
      const inner = checkValue(syntax.inner, null);
      if (inner.kind !== 'field') throw refuse(syntax.inner, message('only a field has bytes and layers'));
      if (syntax.kind === 'layer') return { ...inner, layers: readRanges(syntax.token) };
      return { ...inner, type: 'bytes', isRaw: true };
    }
    case 'slice':
      return slice(syntax);
    case 'call':
      return call(syntax);
    case 'negative': {
      const inner = checkValue(syntax.inner, target);
      requireArithmetic(inner, '-', syntax.at, NEGATED);
      return { kind: 'negative', type: inner.type, inner };
    }
    case 'arithmetic':
      return arithmetic(syntax, target);
  }
}

function atom(token: Token, target: Target | null): Value {
  // To the right of an operator a name in capital letters may be that of a value: ip.proto == TCP.
  const found = token.kind === 'word' ? fieldOf(token, target === null) : undefined;
  if (found) return { kind: 'field', type: found.type, field: found, layers: null, isRaw: false };
  if (target) return readLiteral(token, target);
  if (token.kind === 'word') throw refuse(token, unknownField(token.text));
  throw refuse(token, valueAlone(token));
}

function valueAlone({ text }: Token): Message {
  return message('"{0}" is a value; write a field first, for example {1}', text, 'tcp.port == 8080');
}

/** A dot before a name says that it is a field's. */
function fieldOf({ text }: Token, isAnyCase: boolean) {
  const name = text.startsWith('.') ? text.slice(1) : text;
  return isAnyCase ? anyCaseField(name) : filterField(name);
}

const SLICED: ReadonlySet<Group> = new Set(['bytes', 'protocol', 'string', 'ipv4', 'ipv6']);

function slice(syntax: Extract<ValueSyntax, { kind: 'slice' }>): Value {
  const inner = checkValue(syntax.inner, null);
  if (!SLICED.has(groupOf(inner.type)))
    throw refuse(
      syntax.token,
      message(
        'a slice is a part of bytes or text, and {0} is {1}; write for example tcp[0:2] or eth.src[0:3]',
        shownAs(inner),
        calledType(inner.type),
      ),
    );
  return { kind: 'slice', type: 'bytes', inner, ranges: readRanges(syntax.token) };
}

function call(syntax: Extract<ValueSyntax, { kind: 'call' }>): Value {
  const name = functionNamed(syntax.name);
  const [first, ...more] = syntax.parameters;
  if (!first)
    throw refuse(syntax, message('{0}() needs a field; write for example {1}', name, EXAMPLES[name]));
  if (more[0] && !FUNCTIONS[name].takesMore)
    throw refuse(more[0], message('{0}() takes one field only; write for example {1}', name, EXAMPLES[name]));
  if (isConstant(first))
    throw refuse(first, message('{0}() needs a field first; write for example {1}', name, EXAMPLES[name]));
  const parameter = checkValue(first, null);
  checkParameter(name, parameter, first.start, first.end);
  const parameters = [parameter, ...more.map((one) => furtherParameter(name, parameter, one))];
  return { kind: 'call', type: FUNCTIONS[name].gives(parameter), name, parameters };
}

function furtherParameter(name: string, first: Value, syntax: ValueSyntax): Value {
  if (syntax.kind === 'atom' && syntax.token.kind === 'string')
    throw refuse(syntax, message('{0}() takes fields and numbers, not text in quotes', name));
  const value = checkValue(syntax, { ...targetOf(first, ',', false), shown: `${name}(${shownAs(first)}` });
  if (value.type !== first.type)
    throw refuse(
      syntax,
      message(
        '{0}() takes values of one type, and {1} is {2}, {3} {4}',
        name,
        shownAs(first),
        first.type,
        shownAs(value),
        value.type,
      ),
    );
  return value;
}

/** Groups on which each operator works. */
const NUMBERS: readonly Group[] = ['integer', 'double'];
const ADDED: readonly Group[] = [...NUMBERS, 'span'];
const NEGATED = ADDED;
const MASKED: readonly Group[] = ['integer', 'ipv4', 'ipv6', 'bytes'];

function arithmetic(syntax: Extract<ValueSyntax, { kind: 'arithmetic' }>, target: Target | null): Value {
  const { operator, at } = syntax;
  const groups = operator === '&' ? MASKED : operator === '+' || operator === '-' ? ADDED : NUMBERS;
  const isLeftConstant = isConstant(syntax.left);
  const left = checkValue(syntax.left, isLeftConstant && target === null ? leftTarget(syntax, at) : target);
  requireArithmetic(left, operator, at, groups);
  if (syntax.right.kind === 'atom' && syntax.right.token.kind !== 'word')
    throw refuse(syntax.right, message('text has no part in "{0}"; write a number or bytes', at.text));
  const right = checkValue(syntax.right, targetOf(left, at.text, false));
  requireArithmetic(right, operator, at, groups);
  requireSame(left, right, syntax.right, at.text);
  return { kind: 'arithmetic', type: left.type, operator, left, right };
}

/** `1 + tcp.port` at the left of a comparison. */
function leftTarget(syntax: ValueSyntax, at: Token): never {
  const first = firstAtom(syntax);
  throw refuse(
    first ?? at,
    message('a field goes to the left of "{0}"; write for example {1}', at.text, `tcp.port ${at.text} 1`),
  );
}

function requireArithmetic(value: Value, operator: string, at: Token, groups: readonly Group[]): void {
  const group = groupOf(value.type);
  if (groups.includes(group)) return;
  const shown = shownAs(value);
  if (operator === '&' && at.text === '&')
    throw refuse(
      at,
      message(
        'a single "&" means nothing here; write && or and (a single one masks bits, and {0} is {1})',
        shown,
        calledType(value.type),
      ),
    );
  throw refuse(
    at,
    message('"{0}" calculates with numbers, and {1} is {2}', at.text, shown, calledType(value.type)),
  );
}

/** @throws FilterError unless the two values can be compared */
function requireSame(left: Value, right: Value, at: ValueSyntax, operator: string): void {
  const [a, b] = [groupOf(left.type), groupOf(right.type)];
  if (a === b || (a === 'integer' && b === 'boolean')) return;
  // A slice makes bytes of what is on the other side.
  if ((right.kind === 'slice' && SLICED.has(a)) || (left.kind === 'slice' && SLICED.has(b))) return;
  const [wanted, got] = [calledType(left.type), calledType(right.type)];
  // A protocol's name in place of a value is a value that is not known.
  if (right.kind === 'field' && right.type === 'protocol' && left.kind === 'field')
    throw refuse(
      at,
      message(
        '"{0}" is not {1}; {2}',
        right.field.name,
        wanted,
        message('write for example {0}', `${shownAs(left)} ${operator} ${exampleOf(left.field)}`),
      ),
    );
  throw refuse(
    at,
    message('{0} is {1}, {2} is {3}; compare values of one kind', shownAs(left), wanted, shownAs(right), got),
  );
}

function targetOf(left: Value, operator: string, isPart: boolean): Target {
  const field = left.kind === 'field' && !left.isRaw ? left.field : null;
  return { type: left.type, field, shown: shownAs(left), operator, isPart };
}

/** A value's name in messages. */
function shownAs(value: Value): string {
  switch (value.kind) {
    case 'field':
      return value.isRaw ? `@${value.field.name}` : value.field.name;
    case 'literal':
      return value.text;
    case 'slice':
      return `${shownAs(value.inner)}[${value.ranges.map(rangeText).join(',')}]`;
    case 'call':
      return `${value.name}(${shownAs(value.parameters[0]!)})`;
    case 'arithmetic':
      return shownAs(value.left);
    case 'negative':
      return shownAs(value.inner);
  }
}

function refuse({ start, end }: { start: number; end: number }, problem: Message): FilterError {
  return new FilterError(problem, start, end);
}
