/** The functions of the filter language: what they take, and what they give. */
import { either, message, type Message } from '../../../../language/message.ts';
import { nearest } from '../../../../stack/lib/nearest.ts';
import type { FieldType } from '../../tree/field.ts';
import { FilterError } from '../filterError.ts';
import type { Token } from '../grammar/lexer.ts';
import { calledType, groupOf, type FunctionName, type Value } from './tree.ts';

export interface FilterFunction {
  readonly title: Message;
  /** Parameters beyond the first. */
  readonly takesMore: boolean;
  /** What the first parameter has to be, or null if this one is that. */
  readonly refuse: (parameter: Value) => Message | null;
  readonly gives: (parameter: Value) => FieldType;
}

function onlyFields(parameter: Value): Message | null {
  return parameter.kind === 'field' ? null : message('a field');
}

export const FUNCTIONS: Readonly<Record<FunctionName, FilterFunction>> = {
  len: {
    title: message('How many bytes a field has'),
    takesMore: false,
    refuse: onlyFields,
    gives: () => 'uint32',
  },
  count: {
    title: message('How often a field is in the packet'),
    takesMore: false,
    refuse: onlyFields,
    gives: () => 'uint32',
  },
  string: {
    title: message('A number or address as text'),
    takesMore: false,
    refuse: (parameter) =>
      parameter.kind === 'field' && isNumberOrAddress(parameter)
        ? null
        : message('a field with numbers or addresses'),
    gives: () => 'string',
  },
  upper: {
    title: message('Text in capital letters'),
    takesMore: false,
    refuse: onlyText,
    gives: () => 'string',
  },
  lower: {
    title: message('Text in small letters'),
    takesMore: false,
    refuse: onlyText,
    gives: () => 'string',
  },
  max: {
    title: message('The largest value'),
    takesMore: true,
    refuse: onlyOrdered,
    gives: ({ type }) => type,
  },
  min: {
    title: message('The smallest value'),
    takesMore: true,
    refuse: onlyOrdered,
    gives: ({ type }) => type,
  },
  abs: {
    title: message('A number without its sign'),
    takesMore: false,
    refuse: ({ type }) =>
      ['integer', 'boolean', 'double', 'span'].includes(groupOf(type))
        ? null
        : message('a field with numbers'),
    gives: ({ type }) => type,
  },
};

function onlyText(parameter: Value): Message | null {
  return parameter.kind === 'field' && parameter.type === 'string' ? null : message('a field with text');
}

function onlyOrdered({ kind, type }: Value): Message | null {
  return type === 'none' || kind === 'slice' ? message('a field with values') : null;
}

function isNumberOrAddress({ type }: Value): boolean {
  return type === 'ether' || ['integer', 'double', 'ipv4', 'ipv6'].includes(groupOf(type));
}

/** @throws FilterError */
export function functionNamed({ text, start, end }: Token): FunctionName {
  if (isFunction(text)) return text;
  const known = nearest(text.toLowerCase(), Object.keys(FUNCTIONS));
  const problem = known.length
    ? message('there is no function "{0}"; did you mean {1}?', text, either(known))
    : message('there is no function "{0}"; there are {1}', text, Object.keys(FUNCTIONS).join(', '));
  throw new FilterError(problem, start, end);
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
    message('{0}() takes {1}, and this is {2}; write for example {3}', name, wanted, got, EXAMPLES[name]),
    start,
    end,
  );
}

const CALLED: Readonly<Record<Exclude<Value['kind'], 'field'>, Message>> = {
  literal: message('a value'),
  slice: message('a slice'),
  call: message('the result of a function'),
  arithmetic: message('calculated'),
  negative: message('calculated'),
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
