import assert from 'node:assert/strict';
import { FilterError, parseFilter } from '../../../debug-adapter/packets/filter/filter.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import { arp, capture, icmp, be32, ping, synOptions, tcp, udp } from '../../support/packetBuilder.ts';
import { STORIES } from '../../support/packetStories.ts';

const store = new PacketStore();
const C = '10.0.0.1:40312';
const S = '10.0.1.2:9000';
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
store.fates.set(5, 'lost', 'wire loss');

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
    ['tcp.port == 9000 && !(tcp.flags.syn == 1)', [4, 5]],
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
    ['frame.time_relative > 0.00006', [8]],
    ['tcp.flags.syn == true', [2, 3]],
    ['ip.proto == "TCP" and tcp.flags.ack == Set', [3, 4, 5]],
    ['tcp.flags & 0x12 == 0x12', [3]],
    ['tcp[13] == 12', [3]],
    ['all tcp.port > 8000 and any tcp.port == 9000', [2, 3, 4, 5]],
    ['tcp.srcport == tcp.dstport or udp.srcport == udp.dstport', [6]],
    ['tcp.dstport - tcp.srcport < 0', [2, 4, 5]],
    ['len(tcp.payload) == tcp.len', [4, 5]],
    ['count(ip) == 2', [7]],
    ['ip.src#2 == 10.0.1.2', [7]],
    ['tcp.payload[0:3] == "GET"', [4, 5]],
    ['tcp.payload[-4:] == 68:74:6d:6c', [4, 5]],
    ['frame.protocols contains "udp"', [6, 7]],
    ['tcp xor ip', [6, 7, 8]],
    ['@tcp.srcport == 23:28', [3]],
    ['_ws.col.info contains "SYN"', [2, 3]],
    ['frame.time_delta > 0.00001', []],
    ['frame.time > "2024-01-01 00:00:00.00007"', [8]],
    ['string(frame.number) matches r"[13579]$"', [1, 3, 5, 7]],
    ['max(tcp.srcport, tcp.dstport) == 40312', [2, 3, 4, 5]],
    ['tcp.srcport in {9000, 9000 .. 9999} or arp', [1, 3]],
    ['tcp.port not in {9000}', [1, 6, 7, 8]],
  ];
  for (const [filter, numbers] of CASES)
    it(filter || '(nothing)', () => {
      assert.deepEqual(matches(filter), numbers);
    });

  const ERRORS: [filter: string, marked: string, message: string][] = [
    ['tcp.prot == 80', 'tcp.prot', 'Filter, column 1: there is no field "tcp.prot"; did you mean tcp.port?'],
    [
      'tcp and ttl == 3',
      'ttl',
      'Filter, column 9: there is no field "ttl"; did you mean ip.ttl or dns.resp.ttl?',
    ],
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
    ['ipv6.addr == ::1/129', '::1/129', 'Filter, column 14: /129 is no prefix length; write 0 to 128'],
    [
      'ipv6.addr == 1:2:3',
      '1:2:3',
      'Filter, column 14: "1:2:3" is not an IPv6 address; write for example ipv6.addr == ::1',
    ],
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
    [
      'eth.src > 02:00',
      '02:00',
      'Filter, column 11: 02:00 has 2 bytes, an Ethernet address six; for a part of it write eth.src[0:2]',
    ],
    ['tcp.payload matches "("', '"("', 'Filter, column 21: not a regular expression: '],
    ['tcp.port in 80', '80', 'Filter, column 13: a set goes into braces: tcp.port in {8080}'],
    [
      'tcp.port in {80',
      'in',
      'Filter, column 10: this set is never closed; write "}" where it ends: tcp.port in {8080}',
    ],
    ['?', '?', 'Filter, column 1: "?" means nothing in a filter; text goes into quotes: "…"'],
    [
      '#1',
      '#1',
      'Filter, column 1: "#1" cannot start a test; write a field first, for example tcp.port == 8080',
    ],
    ['ip.addr#', '#', 'Filter, column 8: the number of a layer goes behind a field and "#": ip.addr#1'],
    ['8080 == tcp.port', '8080', 'Filter, column 1: a field goes to the left; write tcp.port == 8080'],
    ['0 < tcp.len', '0', 'Filter, column 1: a field goes to the left; write tcp.len > 0'],
    ['tcp.port == 99999', '99999', 'Filter, column 13: 99999 is too large; tcp.port holds 0 to 65535'],
    [
      'tcp.port == "80"',
      '"80"',
      'Filter, column 13: "80" is text and tcp.port a number; take the quotes away: tcp.port == 80',
    ],
    [
      'ip.src == "10.0.0.1"',
      '"10.0.0.1"',
      'Filter, column 11: "10.0.0.1" is not an IPv4 address; take the quotes away: ip.src == 10.0.0.1',
    ],
    [
      'tcp.port == ip.src',
      'ip.src',
      'Filter, column 13: tcp.port is a number, ip.src is an IPv4 address; compare values of one kind',
    ],
    [
      'tcp.srcport-1 == 79',
      'tcp.srcport-1',
      'Filter, column 1: there is no field "tcp.srcport-1"; write a blank before a minus: tcp.srcport - 1',
    ],
    [
      'tcp AND udp',
      'AND',
      'Filter, column 5: "AND" does not belong here; operators are written in small letters: and',
    ],
    [
      '(tcp.port) == 80',
      '==',
      'Filter, column 12: "==" needs a value on its left, and "(…)" groups tests; group values in braces: {tcp.port}',
    ],
    [
      'tcp.port[0] == 1f',
      '[0]',
      'Filter, column 9: a slice is a part of bytes or text, and tcp.port is a number; write for example tcp[0:2] or eth.src[0:3]',
    ],
    [
      'eth.src[2-1] == 00',
      '2-1',
      'Filter, column 9: 1 is not behind 2; write [offset], [offset:length] or [first-last]',
    ],
    [
      'eth.src[0 == 00',
      '[0 == 00',
      'Filter, column 8: this "[" is never closed; write "]" where it ends: eth.src[0:3]',
    ],
    [
      'len(tcp)',
      'len(tcp)',
      'Filter, column 1: len() gives a value, which has to be compared; write for example len(tcp.payload) > 10',
    ],
    ['lem(tcp) > 1', 'lem', 'Filter, column 1: there is no function "lem"; did you mean len?'],
    [
      'upper(tcp.port) == "A"',
      'tcp.port',
      'Filter, column 7: upper() takes a field with text, and this is a number; write for example upper(',
    ],
    [
      'any tcp',
      'any',
      'Filter, column 1: "any" tells which values have to pass a comparison; write for example any tcp.port > 1024',
    ],
    [
      'frame contains hello',
      'hello',
      'Filter, column 16: "hello" is not bytes; text goes into quotes: frame contains "hello"',
    ],
    [
      'frame contains "\\d"',
      '\\d',
      'Filter, column 17: \\d is no escape sequence; write \\\\d, or put an r before the quotes: r"…"',
    ],
    [
      'frame contains 0x1234',
      '0x1234',
      'Filter, column 16: "0x1234" is not bytes; only 0x00 to 0xff stand for a byte; write several as 12:34',
    ],
    [
      'tcp.flags.syn == maybe',
      'maybe',
      'Filter, column 18: "maybe" is no value of tcp.flags.syn; write a number, or one of "Not set", "Set"',
    ],
    [
      'tcp.port in {80 90}',
      '90',
      'Filter, column 17: "90" does not belong into a set; separate its values with commas: tcp.port in {8080}',
    ],
    [
      'frame.time > "yesterday"',
      '"yesterday"',
      'Filter, column 14: "yesterday" is not a date; write for example frame.time > "2024-01-01 00:00:00"',
    ],
    [
      'tcp.port == ${tcp.port}',
      '$',
      'Filter, column 13: macros and references to a selected packet are not known here',
    ],
    [
      'tcp == 1 + ',
      '',
      'Filter, column 12: a value is missing after "+"; write for example tcp.port == 8080',
    ],
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

  it('ends a regular expression that would take for ever, and says on which packet', () => {
    const own = new PacketStore();
    for (const frame of capture([
      udp({ payload: 'short' }),
      udp({ payload: `${'a'.repeat(60)}b` }),
      udp({ payload: 'aaa' }),
    ]))
      own.add(frame);
    const endless = 'udp.payload matches "^(a+)+$"';
    const refusal = /takes too long on packet 2; make it simpler/;
    assert.throws(() => own.rows(0, 10, endless), refusal);
    const begin = performance.now();
    assert.throws(() => own.rows(0, 10, endless), refusal);
    assert.ok(performance.now() - begin < 500, 'it is not tried again');
    assert.deepEqual(own.matching('udp.payload matches "^a+$"'), [3]);
  });

  it('sees a changed fate', () => {
    const own = new PacketStore();
    for (const frame of STORIES['refused']!()) own.add(frame);
    assert.equal(own.rows(0, 10, 'frame.fate == "lost"').matching, 0);
    own.fates.set(1, 'lost');
    assert.equal(own.rows(0, 10, 'frame.fate == "lost"').matching, 1);
  });
});
