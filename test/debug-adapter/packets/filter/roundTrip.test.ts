/** Any filter, written out, reads as the same filter; any text is a filter or is refused with its place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isInteger, type Field, type FieldType } from '../../../../debug-adapter/packets/tree/field.ts';
import { compileFilter, FilterError, parseFilter } from '../../../../debug-adapter/packets/filter/filter.ts';
import { literalOf } from '../../../../debug-adapter/packets/filter/help/applyAs.ts';
import {
  filterFieldNames,
  filterFields,
  namesOf,
} from '../../../../debug-adapter/packets/filter/meaning/fields.ts';
import { filterText } from '../../../../debug-adapter/packets/filter/meaning/print.ts';
import { dissectPacket } from '../../../../debug-adapter/packets/dissectors/all.ts';
import { STORIES } from '../../../support/packetStories.ts';

const FIELDS = [...filterFields()];
const PACKETS = Object.values(STORIES).flatMap((story) => story().map((frame) => dissectPacket(frame)));

const words = fc.constantFrom(
  ...filterFieldNames(),
  ...['and', 'or', 'xor', 'not', 'any', 'all', 'in', 'contains', 'matches', 'bitwise_and'],
  ...['==', '!=', '===', '!==', '~=', '>', '<=', '&', '&&', '+', '-', '*', '/', '%', '!', '~'],
  ...['(', ')', '{', '}', '[', ']', '[0:2]', '[-1]', '#1', '#[1-2]', '@', '..', ',', '.', ':', '$'],
  ...[
    'len(',
    'count(',
    'max(',
    'upper(',
    'string(',
    '"x"',
    'r"\\d"',
    "'A'",
    '"\\x41"',
    '1',
    '0x2',
    '0.5',
    '-1',
  ],
  ...['10.0.0.1', '10.0.0.0/8', '02:00:00:00:00:01', '2024-01-01', 'True', '"', "'", '\\'],
);

/** A literal of a field, as someone would write it. */
function literals(field: Field): fc.Arbitrary<string> {
  const octet = fc.integer({ min: 0, max: 255 });
  const hex = (length: number) =>
    fc
      .array(octet, { minLength: length, maxLength: length })
      .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
  const text = fc.string({ unit: 'binary' }).map((value) => literalOf({ ...field, type: 'string' }, value));
  const named = namesOf(field).map(({ name }) => JSON.stringify(name));
  const OTHERS: Partial<Record<FieldType, fc.Arbitrary<string>>> = {
    boolean: fc.constantFrom('0', '1', 'True', 'FALSE', '7'),
    ipv4: fc
      .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
      .map(([a, b, c, d, prefix]) => `${a}.${b}.${c}.${d}${prefix % 2 ? `/${prefix}` : ''}`),
    ether: hex(6),
    string: text,
    bytes: fc.oneof(hex(3), text, fc.constant("'A'"), fc.constant('0x7f')),
    protocol: fc.oneof(hex(2), text),
    relative: fc.constantFrom('0', '1.5', '0.000000001'),
    epoch: fc.constantFrom('0', '1704067200.5'),
    absolute: fc.constantFrom('"2024-01-01 00:00:00"', '2024-02-29', '"Jan  1, 2024 00:00:00.5"'),
    ipv6: fc.constantFrom('::1', 'fe80::1', '1:2:3:4:5:6:7:8'),
    double: fc.constantFrom('0.5', '1e3'),
  };
  const numbers = fc.oneof(
    fc.integer({ min: 0, max: 127 }).map(String),
    fc.constantFrom('0x1f', '0b101', '017', "'A'", ...named),
  );
  return OTHERS[field.type] ?? numbers;
}

const withValues = FIELDS.filter(({ type }) => type !== 'none');
const comparison = fc.constantFrom('==', '!=', '===', '!==', '>', '<', '>=', '<=', 'eq', 'any_ne');
const quantifier = fc.constantFrom('', '', 'any ', 'all ');
const layer = fc.constantFrom('', '', '#1', '#[1-2]', '#[-1]');
const test = fc.oneof(
  fc.constantFrom(...FIELDS).map(({ name }) => name),
  fc
    .constantFrom(...withValues)
    .chain((field) =>
      fc
        .tuple(quantifier, layer, comparison, literals(field))
        .map(([some, at, operator, literal]) => `${some}${field.name}${at} ${operator} ${literal}`),
    ),
  fc
    .constantFrom(...withValues)
    .chain((field) =>
      fc
        .array(literals(field), { minLength: 1, maxLength: 3 })
        .map((list) => `${field.name} in {${list.join(', ')}, ${list[0]} .. ${list.at(-1)}}`),
    ),
  fc
    .tuple(
      fc.constantFrom(...FIELDS.filter(isInteger)),
      fc.constantFrom('+', '-', '*', '/', '%', '&'),
      fc.nat(99),
    )
    .map(([field, operator, number]) => `{${field.name} ${operator} ${number}} & 3 + -{1 + 2} * 4 != 0`),
  fc
    .tuple(
      fc.constantFrom(...FIELDS.filter(({ type }) => type === 'bytes' || type === 'protocol')),
      fc.constantFrom('[0]', '[1:2]', '[-4:]', '[0-2]', '[:3,5]', '[0:4][1]'),
    )
    .map(([field, slice]) => `${field.name}${slice} contains 00 or @${field.name} matches "a.b"`),
  fc
    .constantFrom(...withValues)
    .map(({ name }) => `len(${name}) > 2 and count(${name}) == 1 and max(${name}) == ${name}`),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    fc
      .tuple(tie('filter'), fc.constantFrom('and', 'or', 'xor'), tie('filter'))
      .map(([left, operator, right]) => `(${left}) ${operator} ${right}`),
    tie('filter').map((inner) => `not (${inner})`),
  ),
}));

describe('any filter', function () {
  this.timeout(60_000);

  it('reads as the same filter when it is written out', () => {
    fc.assert(
      fc.property(filter, (text) => {
        const read = parseFilter(text);
        assert.deepEqual(parseFilter(filterText(read)), read, filterText(read));
      }),
      { numRuns: 2000 },
    );
  });

  it('tests any packet', () => {
    fc.assert(
      fc.property(filter, fc.constantFrom(...PACKETS), (text, packet) => {
        const { matches } = compileFilter(parseFilter(text));
        assert.equal(typeof matches(packet), 'boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('or text is refused with its place', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
      fc.array(words, { maxLength: 12 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileFilter(parseFilter(text));
        } catch (error) {
          assert.ok(error instanceof FilterError, String(error));
          const { start, end, message } = error;
          assert.ok(start >= 0 && start <= end && end <= text.length, message);
          assert.ok(!/undefined|NaN|\[object/.test(message.replaceAll(text, '')), message);
        }
      }),
      { numRuns: 4000 },
    );
  });
});
