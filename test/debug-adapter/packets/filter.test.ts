import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  filterText,
  type Filter,
  type Operand,
  type Operator,
} from '../../../debug-adapter/packets/filter/ast.ts';
import {
  filterField,
  filterFieldNames,
  type FilterField,
} from '../../../debug-adapter/packets/filter/fields.ts';
import { FilterError } from '../../../debug-adapter/packets/filter/filterError.ts';
import { parseFilter } from '../../../debug-adapter/packets/filter/parser.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { arp, capture, icmp, be32, ping, synOptions, tcp, udp } from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';

const store = new PacketStore();
const C = '10.0.0.1:40312';
const S = '10.0.1.2:8080';
for (const frame of capture([
  arp({ opcode: 1, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.1.2' }),
  tcp({ from: C, to: S, flags: 'SYN', seq: 100, tcpOptions: synOptions() }),
  tcp({ from: S, to: C, flags: 'SYN ACK', seq: 500, ack: 101, tcpOptions: synOptions() }),
  tcp({ from: C, to: S, flags: 'PSH ACK', seq: 101, ack: 501, payload: 'GET /index.html', ttl: 3 }),
  tcp({ from: C, to: S, flags: 'PSH ACK', seq: 101, ack: 501, payload: 'GET /index.html', checksum: 'bad' }),
  udp({ from: '10.0.0.1:53', to: '10.0.1.2:53', payload: 'query' }),
  icmp(3, 3, be32(0), udp({ from: '10.0.1.2:53', to: '10.0.0.1:9999' }).slice(14)),
  ping(7, 1),
]))
  store.add(frame);
store.setFate(5, 'lost', 'wire loss');

const matches = (filter: string): number[] => store.rows(0, 100, filter).rows.map(({ number }) => number);

describe('packet filters', () => {
  const CASES: [filter: string, numbers: number[]][] = [
    ['', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['tcp', [2, 3, 4, 5]],
    ['arp', [1]],
    ['icmp', [7, 8]],
    ['udp', [6, 7]],
    ['TCP', [2, 3, 4, 5]],
    ['ip.addr == 10.0.0.1', [2, 3, 4, 5, 6, 7]],
    ['ip.src == 10.0.1.2', [3, 7]],
    ['ip.addr == 10.0.1.0/24', [2, 3, 4, 5, 6, 7]],
    ['ip.addr != 10.0.1.2', [8]],
    ['not ip.addr == 10.0.1.2', [1, 8]],
    ['tcp.port == 8080 && !(tcp.flags.syn == 1)', [4, 5]],
    ['tcp.flags.syn == 1 and tcp.flags.ack == 0', [2]],
    ['tcp.flags == 0x12', [3]],
    ['tcp.seq == 1', [4, 5]],
    ['tcp.seq_raw eq 500', [3]],
    ['frame.number >= 7', [7, 8]],
    ['frame.len < 50', [1, 6]],
    ['ip.ttl lt 10', [4]],
    ['tcp.analysis.retransmission', [5]],
    ['tcp.analysis.flags', [5]],
    ['tcp.checksum.status == "Bad"', [5]],
    ['tcp.options.mss_val == 65495', [2, 3]],
    ['frame contains "index"', [4, 5]],
    ['contains "index"', [4, 5]],
    ['tcp.payload contains 47:45:54', [4, 5]],
    ['udp contains "query"', [6]],
    ['tcp.payload matches "^get .*html$"', [4, 5]],
    ['udp.port in {9000..9999, 1}', [7]],
    ['frame.number in {1, 8}', [1, 8]],
    ['arp or udp', [1, 6, 7]],
    ['arp || icmp && ip.src == 127.0.0.1', [1, 7, 8]],
    // The packet that the ICMP error quotes went to 10.0.0.1.
    ['(arp || icmp) && not ip.dst == 10.0.0.1', [1, 8]],
    ['icmp.type == 8 and icmp.ident == 7', [8]],
    ['eth.src == 02:00:00:00:00:01', [1]],
    ['eth.addr == 02-00-00-00-00-01', [1]],
    ['frame.fate == "lost"', [5]],
    ['frame.time_relative > 0.00007', [8]],
    ['tcp.flags.syn == true', [2, 3]],
  ];
  for (const [filter, numbers] of CASES)
    it(filter || '(nothing)', () => {
      assert.deepEqual(matches(filter), numbers);
    });

  const ERRORS: [filter: string, marked: string, message: string][] = [
    ['tcp.prot == 80', 'tcp.prot', 'Filter, column 1: there is no field "tcp.prot"; did you mean tcp.port?'],
    ['tcp and ttl == 3', 'ttl', 'Filter, column 9: there is no field "ttl"; did you mean ip.ttl?'],
    ['tcp.port = 80', '=', 'Filter, column 10: a single "=" means nothing here; write == to compare'],
    ['tcp & udp', '&', 'Filter, column 5: a single "&" means nothing here; write && or and'],
    [
      'tcp.port ==',
      '',
      'Filter, column 12: a value is missing after "=="; write for example tcp.port == 8080',
    ],
    [
      'tcp.port == http',
      'http',
      'Filter, column 13: "http" is not a number; write for example tcp.port == 8080',
    ],
    [
      'ip.addr == 10.0.0.256',
      '10.0.0.256',
      'Filter, column 12: "10.0.0.256" is not an IPv4 address; write for example ip.addr == 127.0.0.1',
    ],
    ['ip.addr == 10.0.0.0/33', '10.0.0.0/33', 'Filter, column 12: /33 is no prefix length; write 0 to 32'],
    ['tcp and', '', 'Filter, column 8: a test is missing here; write for example tcp.port == 8080'],
    ['(tcp or udp', '(', 'Filter, column 1: this "(" is never closed; write ")" where it ends'],
    ['tcp)', ')', 'Filter, column 4: this ")" closes nothing; take it away'],
    ['tcp udp', 'udp', 'Filter, column 5: "udp" does not belong here; join two tests with "and" or "or"'],
    ['frame contains "abc', '"abc', 'Filter, column 16: this text has no end; close it with "'],
    [
      'tcp.analysis.retransmission == 1',
      '==',
      'Filter, column 29: tcp.analysis.retransmission is there or not, and has no value; write just tcp.analysis.retransmission',
    ],
    [
      'tcp.port contains "8"',
      'contains',
      'Filter, column 10: contains looks into text and bytes; tcp.port is neither: write tcp.port == 8080',
    ],
    ['eth.src > 02:00:00:00:00:01', '>', 'Filter, column 9: eth.src has no order; use == or != or contains'],
    ['tcp.payload matches "("', '"("', 'Filter, column 21: not a regular expression: '],
    ['tcp.port in 80', '80', 'Filter, column 13: a set goes into braces: tcp.port in {8080}'],
    [
      'tcp.port in {80',
      'in',
      'Filter, column 10: this set is never closed; write "}" where it ends: tcp.port in {8080}',
    ],
    ['#', '#', 'Filter, column 1: "#" means nothing in a filter; text goes into quotes: "…"'],
  ];
  for (const [filter, marked, message] of ERRORS)
    it(`refuses ${filter}`, () => {
      assert.throws(
        () => parseFilter(filter),
        (error) => {
          assert.ok(error instanceof FilterError);
          assert.ok(error.message.startsWith(message), error.message);
          assert.equal(filter.slice(error.start, error.end), marked);
          return true;
        },
      );
    });

  it('refuses what nobody wrote by hand, without running out of stack', () => {
    assert.throws(() => parseFilter('('.repeat(100_000)), /nested too deeply/);
    assert.throws(() => parseFilter('!'.repeat(100_000)), /nested too deeply/);
    assert.deepEqual(matches(Array(5000).fill('tcp').join(' or ')), [2, 3, 4, 5]);
  });

  it('sees a changed fate', () => {
    const own = new PacketStore();
    for (const frame of STORIES['refused']!()) own.add(frame);
    assert.equal(own.rows(0, 10, 'frame.fate == "lost"').matching, 0);
    own.setFate(1, 'lost');
    assert.equal(own.rows(0, 10, 'frame.fate == "lost"').matching, 1);
  });

  it('any text either parses or is refused with its place', () => {
    const words = fc.constantFrom(
      ...filterFieldNames(),
      'and',
      'or',
      'not',
      '==',
      '!=',
      '>',
      '(',
      ')',
      '{',
      '}',
      'in',
      'contains',
      '"x"',
      '1',
      '0x2',
      '10.0.0.1',
      '..',
      ',',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(texts, (filter) => {
        try {
          parseFilter(filter);
        } catch (error) {
          assert.ok(error instanceof FilterError, String(error));
          assert.ok(
            error.start >= 0 && error.start <= error.end && error.end <= filter.length,
            error.message,
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('written out and read again, a filter is the same', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        assert.deepEqual(parseFilter(filterText(filter)), filter);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Records that are equal to object literals. */
const PLAIN = { noNullPrototype: true } as const;
const byType = (type: string) =>
  filterFieldNames()
    .map((name) => filterField(name)!)
    .filter((field) => field.type === type);
const octet = fc.integer({ min: 0, max: 255 });
const numbers: fc.Arbitrary<Operand> = fc
  .integer({ min: 0, max: 0xffffffff })
  .map((value) => ({ kind: 'number', value }));
const addresses: fc.Arbitrary<Operand> = fc.tuple(octet, octet, octet, octet).map((parts) => ({
  kind: 'ipv4',
  value: parts.reduce((sum, part) => sum * 256 + part, 0),
  mask: 0xffffffff,
  text: parts.join('.'),
}));
const ethers: fc.Arbitrary<Operand> = fc.array(octet, { minLength: 6, maxLength: 6 }).map((bytes) => ({
  kind: 'ether',
  value: bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
}));
const texts: fc.Arbitrary<Operand> = fc.string({ unit: 'binary' }).map((value) => ({ kind: 'text', value }));

function comparisons(
  type: string,
  operators: Operator[],
  operands: fc.Arbitrary<Operand>,
): fc.Arbitrary<Filter> {
  return fc.record(
    {
      kind: fc.constant('compare' as const),
      field: fc.constantFrom<FilterField>(...byType(type)),
      operator: fc.constantFrom(...operators),
      operand: operands,
    },
    PLAIN,
  );
}

const { anyFilter } = fc.letrec<{ anyFilter: Filter }>((tie) => ({
  anyFilter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record(
      {
        kind: fc.constant('present' as const),
        field: fc.constantFrom(...filterFieldNames().map((name) => filterField(name)!)),
      },
      PLAIN,
    ),
    comparisons('number', ['==', '!=', '>', '<', '>=', '<='], numbers),
    comparisons('ipv4', ['==', '!=', '>', '<', '>=', '<='], addresses),
    comparisons('ether', ['==', '!='], ethers),
    comparisons('text', ['==', '!='], texts),
    fc.record(
      {
        kind: fc.constant('in' as const),
        field: fc.constantFrom(...byType('number')),
        ranges: fc.array(
          fc.oneof(
            numbers.map((low) => ({ low, high: low })),
            fc.record({ low: numbers, high: numbers }, PLAIN),
          ),
          { minLength: 1, maxLength: 3 },
        ),
      },
      PLAIN,
    ),
    fc.record(
      {
        kind: fc.constantFrom('and' as const, 'or' as const),
        left: tie('anyFilter'),
        right: tie('anyFilter'),
      },
      PLAIN,
    ),
    fc.record({ kind: fc.constant('not' as const), inner: tie('anyFilter') }, PLAIN),
  ),
}));
