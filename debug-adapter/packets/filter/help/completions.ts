/** What can stand at the cursor in a filter: fields, operators, values. */
import { message, sayPart, type Message, type Part, type Translate } from '../../../../language/message.ts';
import type { FilterCompletion, FilterCompletionsResponse } from '../../../protocol.ts';
import { isInteger, type Field } from '../../tree/field.ts';
import type { Packet } from '../../tree/packet.ts';
import { tokenize, quoted, type Token } from '../grammar/lexer.ts';
import { COMPARISONS, KEYWORDS } from '../grammar/parser.ts';
import { FilterError } from '../filterError.ts';
import { anyCaseField, columnReader, filterFields, namesOf } from '../meaning/fields.ts';
import { FUNCTIONS } from '../meaning/functions.ts';
import { groupOf } from '../meaning/tree.ts';
import { literalOf } from './applyAs.ts';

/** No list shows more. */
const MOST = 100;
/** Packets and different values that are looked at for the values of a field. */
const MOST_PACKETS = 2000;
const MOST_VALUES = 30;
/** Longer values are no help. */
const LONGEST = 60;

/** A completion before it is translated. */
type Candidate = Omit<FilterCompletion, 'title'> & { title: Part };

/** @param packets of the capture, to propose the values that a field has there; the newest first */
export function completionsAt(
  text: string,
  cursor: number,
  packets: () => Iterable<Packet>,
  t: Translate,
): FilterCompletionsResponse {
  const { before, word, start } = atCursor(text.slice(0, cursor));
  const end = cursor + /^[\w.:-]*/.exec(text.slice(cursor))![0].length;
  const all = candidates(before, packets).map((one) => ({ ...one, title: sayPart(t, one.title) }));
  const found = word === '' ? all : ranked(all, word);
  return { start, end, items: found.slice(0, MOST), isIncomplete: found.length > MOST };
}

/** The tokens before the cursor, and the word that is being written at it. */
function atCursor(text: string): { before: Token[]; word: string; start: number } {
  const written = /(?:"[^"]*|[\w.:-]+)$/.exec(withoutStrings(text))?.[0] ?? '';
  // What is still to be closed is a word as well.
  const start = text.length - written.length;
  try {
    return { before: tokenize(text.slice(0, start)).slice(0, -1), word: text.slice(start), start };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { before: [], word: text.slice(start), start };
  }
}

/** Texts in quotes that are closed, as blanks of the same length. */
function withoutStrings(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (whole) => ' '.repeat(whole.length));
}

function candidates(before: readonly Token[], packets: () => Iterable<Packet>): Candidate[] {
  const last = before.at(-1);
  if (!last || startsTest(last)) return [...tests(), ...operators(['not'])];
  const set = openSet(before);
  if (set) {
    const isValueNext = [',', '{', '..'].includes(last.text) && last.kind === 'symbol';
    return isValueNext ? valuesOf(set, packets) : operators([',', '..', '}']);
  }
  const isWord = last.kind === 'word' || last.kind === 'symbol';
  if (isWord && last.text === 'in') return operators(['{']);
  if (isWord && Object.hasOwn(COMPARISONS, last.text)) {
    const field = fieldBefore(before, before.length - 1);
    return field ? [...valuesOf(field, packets), ...sameKind(field)] : tests();
  }
  if (last.kind === 'symbol' && ['&', '+', '-', '*', '/', '%', ','].includes(last.text)) return tests();
  const previous = before.at(-2);
  const isCompared = previous !== undefined && Object.hasOwn(COMPARISONS, previous.text);
  if (isCompared || last.text === '}') return operators(['and', 'or', 'xor']);
  const field = last.kind === 'slice' || last.kind === 'layer' ? undefined : fieldOf(last);
  return [...(field ? operatorsOf(field) : operators(COMMON)), ...operators(['and', 'or', 'xor'])];
}

function startsTest({ kind, text }: Token): boolean {
  if (kind === 'symbol') return ['(', '&&', '||', '^^', '!'].includes(text);
  return kind === 'word' && ['and', 'or', 'xor', 'not', 'any', 'all'].includes(text);
}

/** The field whose set is open at the end. */
function openSet(before: readonly Token[]): Field | undefined {
  const open = before.findLastIndex(({ kind, text }) => kind === 'symbol' && text === '{');
  const isClosed = before.slice(open + 1).some(({ kind, text }) => kind === 'symbol' && text === '}');
  if (open < 1 || isClosed || before[open - 1]!.text !== 'in') return undefined;
  return fieldBefore(before, open - 1);
}

/** The field to the left of the operator at this place. */
function fieldBefore(before: readonly Token[], operator: number): Field | undefined {
  const left = before[operator - 1];
  return left?.text === 'not' ? fieldBefore(before, operator - 1) : left && fieldOf(left);
}

function fieldOf({ kind, text }: Token): Field | undefined {
  return kind === 'word' && !KEYWORDS.has(text) ? anyCaseField(text.replace(/^\./, '')) : undefined;
}

function tests(): Candidate[] {
  const functions = Object.entries(FUNCTIONS).map(([name, { title }]): Candidate => ({
    text: `${name}(`,
    kind: 'function',
    title,
  }));
  const fields = [...filterFields()].filter(({ name }) => name !== '').map(fieldCompletion);
  // Where nothing is typed yet, the list ends before the fields do: all protocols come first.
  const isProtocol = ({ kind }: Candidate) => kind === 'protocol';
  return [...fields.filter(isProtocol), ...fields.filter((one) => !isProtocol(one)), ...functions];
}

function fieldCompletion({ name, title, type }: Field): Candidate {
  return { text: name, kind: type === 'protocol' ? 'protocol' : 'field', title };
}

/** Fields that can stand on the other side of a comparison. */
function sameKind(field: Field): Candidate[] {
  const group = groupOf(field.type);
  return [...filterFields()]
    .filter((other) => other !== field && other.type === field.type && groupOf(other.type) === group)
    .map(fieldCompletion);
}

const TITLES: Readonly<Record<string, Message>> = {
  '==': message('Any value is equal'),
  '!=': message('All values differ'),
  '===': message('All values are equal'),
  '!==': message('Any value differs'),
  '>': message('Greater than'),
  '<': message('Less than'),
  '>=': message('Greater than or equal'),
  '<=': message('Less than or equal'),
  contains: message('Contains text or bytes'),
  matches: message('Matches a regular expression'),
  in: message('Is one of a set'),
  '&': message('Masked with bits'),
  and: message('Both tests'),
  or: message('One of the tests'),
  xor: message('One test, not both'),
  not: message('The test fails'),
  ',': message('The next value'),
  '..': message('Up to'),
  '{': message('Begins a set'),
  '}': message('Ends the set'),
};

function operators(names: readonly string[]): Candidate[] {
  return names.map((text) => ({ text, kind: 'operator', title: TITLES[text] ?? '' }));
}

const COMMON = ['==', '!=', '>', '<', '>=', '<='];

function operatorsOf(field: Field): Candidate[] {
  switch (groupOf(field.type)) {
    case 'none':
      return [];
    case 'boolean':
      return operators(['==', '!=']);
    case 'string':
    case 'bytes':
    case 'protocol':
      return operators(['==', 'contains', 'matches', '!=', 'in', '>', '<', '>=', '<=', '===', '!==']);
    default:
      return operators([...COMMON, 'in', '===', '!==', ...(isInteger(field) ? ['&'] : [])]);
  }
}

/** The values that have names, and those that the capture has. */
function valuesOf(field: Field, packets: () => Iterable<Packet>): Candidate[] {
  const isNumber = isInteger(field);
  const named = namesOf(field).map(({ name, value }): Candidate => ({
    text: isNumber ? quoted(name) : String(value),
    kind: 'value',
    title: isNumber ? String(value) : name,
  }));
  return [...seenValues(field, packets()), ...named];
}

/** The most frequent first. */
function seenValues(field: Field, packets: Iterable<Packet>): Candidate[] {
  const seen = new Map<string, number>();
  let count = 0;
  if (field.type === 'protocol' || field.type === 'none') return [];
  const column = columnReader(field);
  for (const packet of packets) {
    if (++count > MOST_PACKETS) break;
    const values = column ? [column(packet)] : packet.items(field).map(({ value }) => value);
    for (const value of values) {
      const text = literalOf(field, value);
      if (text.length <= LONGEST) seen.set(text, (seen.get(text) ?? 0) + 1);
    }
  }
  return [...seen]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_VALUES)
    .map(([text, times]) => ({
      text,
      kind: 'value',
      title: times === 1 ? message('in 1 packet') : message('{0} times', times),
    }));
}

/** What begins with the word comes first, then what has it as a later part, then what has it in its title. */
function ranked(all: readonly FilterCompletion[], written: string): FilterCompletion[] {
  const word = written.toLowerCase().replace(/^"/, '');
  const rank = ({ text, title }: FilterCompletion): number => {
    const name = text.toLowerCase().replace(/^"/, '');
    if (name.startsWith(word)) return 0;
    if (name.includes(`.${word}`)) return 1;
    return word.length > 2 && title.toLowerCase().includes(word) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wanted) => all.filter((one) => rank(one) === wanted));
}
