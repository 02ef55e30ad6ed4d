/** The functions of the filter language: what they take, and what they give. */
import { nearest } from '../../../../stack/lib/nearest.ts';
import type { FieldType } from '../../tree/field.ts';
import { FilterError } from '../filterError.ts';
import type { Token } from '../grammar/lexer.ts';
import { calledType, groupOf, type FunctionName, type Value } from './tree.ts';

export interface FilterFunction {
  readonly title: string;
  /** Parameters beyond the first. */
  readonly takesMore: boolean;
  /** What is wrong with the first parameter, or null. */
  readonly refuse: (parameter: Value) => string | null;
  readonly gives: (parameter: Value) => FieldType;
}

const onlyFields = (parameter: Value): string | null => (parameter.kind === 'field' ? null : 'a field');

export const FUNCTIONS: Readonly<Record<FunctionName, FilterFunction>> = {
  len: { title: 'How many bytes a field has', takesMore: false, refuse: onlyFields, gives: () => 'uint32' },
  count: {
    title: 'How often a field is in the packet',
    takesMore: false,
    refuse: onlyFields,
    gives: () => 'uint32',
  },
  string: {
    title: 'A number or address as text',
    takesMore: false,
    refuse: (parameter) =>
      parameter.kind === 'field' && isNumberOrAddress(parameter) ? null : 'a field with numbers or addresses',
    gives: () => 'string',
  },
  upper: { title: 'Text in capital letters', takesMore: false, refuse: onlyText, gives: () => 'string' },
  lower: { title: 'Text in small letters', takesMore: false, refuse: onlyText, gives: () => 'string' },
  max: { title: 'The largest value', takesMore: true, refuse: onlyOrdered, gives: ({ type }) => type },
  min: { title: 'The smallest value', takesMore: true, refuse: onlyOrdered, gives: ({ type }) => type },
  abs: {
    title: 'A number without its sign',
    takesMore: false,
    refuse: ({ type }) =>
      ['integer', 'boolean', 'double', 'span'].includes(groupOf(type)) ? null : 'a field with numbers',
    gives: ({ type }) => type,
  },
};

function onlyText(parameter: Value): string | null {
  return parameter.kind === 'field' && parameter.type === 'string' ? null : 'a field with text';
}

function onlyOrdered({ kind, type }: Value): string | null {
  return type === 'none' || kind === 'slice' ? 'a field with values' : null;
}

function isNumberOrAddress({ type }: Value): boolean {
  return type === 'ether' || ['integer', 'double', 'ipv4', 'ipv6'].includes(groupOf(type));
}

/** @throws FilterError */
export function functionNamed({ text, start, end }: Token): FunctionName {
  if (isFunction(text)) return text;
  const known = nearest(text.toLowerCase(), Object.keys(FUNCTIONS));
  const cure = known.length
    ? `did you mean ${known.join(' or ')}?`
    : `there are ${Object.keys(FUNCTIONS).join(', ')}`;
  throw new FilterError(`there is no function "${text}"; ${cure}`, start, end);
}

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** @throws FilterError unless the first parameter is one that the function takes */
export function checkParameter(name: FunctionName, parameter: Value, start: number, end: number): void {
  const wanted = FUNCTIONS[name].refuse(parameter);
  if (wanted === null) return;
  const got = parameter.kind === 'field' ? calledType(parameter.type) : CALLED[parameter.kind];
  throw new FilterError(
    `${name}() takes ${wanted}, and this is ${got}; write for example ${EXAMPLES[name]}`,
    start,
    end,
  );
}

const CALLED: Readonly<Record<Exclude<Value['kind'], 'field'>, string>> = {
  literal: 'a value',
  slice: 'a slice',
  call: 'the result of a function',
  arithmetic: 'calculated',
  negative: 'calculated',
};

/** For messages. */
export const EXAMPLES: Readonly<Record<FunctionName, string>> = {
  len: 'len(tcp.payload) > 10',
  count: 'count(ip.addr) > 2',
  string: 'string(frame.number) matches "5$"',
  upper: 'upper(frame.protocols) contains "TCP"',
  lower: 'lower(frame.protocols) contains "tcp"',
  max: 'max(tcp.srcport, tcp.dstport) > 1024',
  min: 'min(tcp.srcport, tcp.dstport) < 1024',
  abs: 'abs(tcp.srcport - tcp.dstport) < 10',
};
