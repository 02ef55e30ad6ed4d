/** Help with filters: what can stand at the cursor, and filters made from what is seen in a packet. */
import assert from 'node:assert/strict';
import { english } from '../../../../language/message.ts';
import { fieldsOnlyHere } from '../../../../debug-adapter/packets/filter/help/onlyHere.ts';
import { completeFilter, filterFor } from '../../../../debug-adapter/packets/filterRequests.ts';
import { PacketStore } from '../../../../debug-adapter/packets/packetStore.ts';
import type { FilterForArguments } from '../../../../debug-adapter/protocol.ts';
import { arp, capture, ping, synOptions, tcp, udp } from '../../../support/packetBuilder.ts';

const store = new PacketStore();
const C = '10.0.0.1:40312';
const S = '10.0.1.2:9000';
for (const frame of capture([
  arp({ opcode: 1, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.1.2' }),
  tcp({ from: C, to: S, flags: 'SYN', seq: 100, tcpOptions: synOptions() }),
  tcp({ from: S, to: C, flags: 'SYN ACK', seq: 500, ack: 101, tcpOptions: synOptions() }),
  tcp({ from: C, to: S, flags: 'PSH ACK', seq: 101, ack: 501, payload: 'say "hello"' }),
  tcp({ from: '10.0.0.1:40313', to: S, flags: 'SYN', seq: 9 }),
  udp({ from: '10.0.0.1:5001', to: '10.0.1.2:5002', payload: 'query' }),
  ping(7, 1),
]))
  store.add(frame);

/** `|` is the cursor. */
function complete(filter: string) {
  const cursor = filter.indexOf('|');
  const text = filter.replace('|', '');
  const { start, end, items } = completeFilter(store, { filter: text, cursor }, english);
  return { replaced: text.slice(start, end), texts: items.map((item) => item.text), items };
}

describe('completions of filters', () => {
  it('offer all fields at the beginning, with their titles', () => {
    const { texts, items } = complete('|');
    assert.equal(texts.length, 100);
    const { items: found } = complete('tcp.srcp|');
    assert.deepEqual(found, [{ text: 'tcp.srcport', kind: 'field', title: 'Source Port' }]);
    assert.ok(items.every(({ title, text }) => title !== '' && text !== ''));
  });

  it('replace the word at the cursor, whole', () => {
    assert.equal(complete('tcp and ip.sr|x == 1').replaced, 'ip.srx');
    assert.equal(complete('tcp and |').replaced, '');
    assert.equal(complete('ip.proto == "TC|').replaced, '"TC');
  });

  it('find a field by its last part, and by its title', () => {
    assert.ok(complete('srcport|').texts.includes('tcp.srcport'));
    assert.ok(complete('source|').texts.includes('tcp.srcport'));
  });

  it('offer tests behind a joint, behind "not" and in parentheses', () => {
    for (const before of ['tcp and |', 'tcp && |', 'not |', '(|', 'any |', 'tcp and (udp or |'])
      assert.ok(complete(before).texts.includes('arp'), before);
  });

  it('offer the operators that fit behind a field', () => {
    assert.deepEqual(complete('tcp.analysis.flags |').texts, ['and', 'or', 'xor']);
    assert.ok(complete('frame |').texts.includes('contains'));
    const ofPort = complete('tcp.port |').texts;
    assert.ok(ofPort.includes('in') && ofPort.includes('&') && !ofPort.includes('contains'));
  });

  it('offer the values that the capture has, the most frequent first', () => {
    const { items } = complete('tcp.port == |');
    assert.deepEqual(items[0], { text: '9000', kind: 'value', title: '4 times' });
    assert.ok(items.some(({ text }) => text === '40313'));
    assert.deepEqual(complete('tcp.port in {9|').texts, ['9000']);
    assert.deepEqual(complete('ip.src == 10.0.1|').texts, ['10.0.1.2']);
  });

  it('offer the names of values', () => {
    assert.ok(complete('ip.proto == "T|').texts.includes('"TCP"'));
    assert.ok(complete('ip.proto in {|').texts.includes('"UDP"'));
    assert.ok(complete('tcp.flags.syn == |').texts.includes('1'));
  });

  it('offer fields of the same type to the right', () => {
    assert.ok(complete('tcp.srcport == tcp.d|').texts.includes('tcp.dstport'));
  });

  it('go on behind a whole test', () => {
    assert.deepEqual(complete('tcp.port == 80 |').texts, ['and', 'or', 'xor']);
    assert.deepEqual(complete('tcp.port in {80, 81} |').texts, ['and', 'or', 'xor']);
    assert.ok(complete('tcp.port in {80 |').texts.includes('}'));
  });

  it('have an answer to any text and cursor', () => {
    const text = 'not (tcp.payload[0:2] contains "a\\"b" or ip.addr#1 in {10.0.0.1, "x) && $ é';
    for (let cursor = 0; cursor <= text.length; cursor++) {
      const { start, end } = completeFilter(store, { filter: text, cursor }, english);
      assert.ok(start <= cursor && cursor <= end && end <= text.length, `at ${cursor}: ${start} to ${end}`);
    }
  });
});

describe('filters for Wireshark', () => {
  it('must not ask for what only the machine and the user know', () => {
    assert.deepEqual(fieldsOnlyHere(''), []);
    assert.deepEqual(fieldsOnlyHere('tcp.port == 80 and frame.len > 3'), []);
    assert.deepEqual(
      fieldsOnlyHere('tcp and (sockscope.cause.pid == 1 or frame.fate == "lost" or frame.marked == 1)'),
      ['sockscope.cause.pid', 'frame.fate', 'frame.marked'],
    );
    assert.throws(() => fieldsOnlyHere('tcp.prot == 80'), /did you mean tcp\.port/);
  });
});

describe('filters from a packet', () => {
  const made = (args: FilterForArguments): string => filterFor(store, args).filter;
  const of = (number: number, field: string, occurrence?: number): string =>
    made({ number, what: 'field', field, ...(occurrence !== undefined && { occurrence }) });

  it('select the same value of a field', () => {
    assert.equal(of(4, 'tcp.srcport'), 'tcp.srcport == 40312');
    assert.equal(of(4, 'tcp.port', 1), 'tcp.port == 9000');
    assert.equal(of(4, 'tcp.flags'), 'tcp.flags == 0x0018');
    assert.equal(of(4, 'tcp.flags.push'), 'tcp.flags.push == 1');
    assert.equal(of(4, 'ip.src'), 'ip.src == 10.0.0.1');
    assert.equal(of(1, 'eth.src'), 'eth.src == 02:00:00:00:00:01');
    assert.equal(of(4, 'tcp'), 'tcp');
    assert.equal(of(6, 'udp.payload'), 'udp.payload == 71:75:65:72:79');
    assert.equal(of(4, 'frame.protocols'), 'frame.protocols == "eth:ethertype:ip:tcp:data"');
    assert.equal(of(4, 'frame.time_relative'), 'frame.time_relative == 0.00003');
    assert.equal(of(1, 'frame.time'), 'frame.time == "Jan  1, 2024 00:00:00.000010000 UTC"');
  });

  it('select at least that packet, whatever the field is', () => {
    for (const { number } of store.frames()) {
      const packet = store.dissected(number);
      const seen = new Set<string>();
      const visit = (item: (typeof packet.layers)[number]): void => {
        const { name } = item.field;
        if (name !== '' && !seen.has(name)) {
          seen.add(name);
          const filter = of(number, name);
          assert.ok(store.matching(filter).includes(number), `${filter} does not select packet ${number}`);
        }
        item.children.forEach(visit);
      };
      packet.layers.forEach(visit);
      assert.ok(seen.size > 20, `${seen.size} fields`);
    }
  });

  it('select the stream', () => {
    assert.equal(made({ number: 3, what: 'stream' }), 'tcp.stream == 0');
    assert.deepEqual(store.matching(made({ number: 3, what: 'stream' })), [2, 3, 4]);
    assert.deepEqual(store.matching(made({ number: 6, what: 'stream' })), [6]);
    assert.throws(() => made({ number: 1, what: 'stream' }), /packet 1 belongs to no TCP connection/);
  });

  it('select the conversation, of the innermost layer or of one that is named', () => {
    assert.equal(
      made({ number: 3, what: 'conversation' }),
      'ip.addr == 10.0.1.2 and ip.addr == 10.0.0.1 and tcp.port == 9000 and tcp.port == 40312',
    );
    assert.deepEqual(store.matching(made({ number: 3, what: 'conversation' })), [2, 3, 4]);
    assert.deepEqual(store.matching(made({ number: 3, what: 'conversation', field: 'ip' })), [2, 3, 4, 5, 6]);
    assert.deepEqual(store.matching(made({ number: 1, what: 'conversation' })), [1]);
    assert.throws(
      () => made({ number: 7, what: 'conversation', field: 'tcp' }),
      /packet 7 has no two ends in tcp/,
    );
  });

  it('go together with the filter that is there', () => {
    const join = (how: FilterForArguments['how'], filter: string, field = 'tcp.srcport') =>
      made({ number: 4, what: 'field', field, how: how!, filter });
    assert.equal(join('selected', 'udp'), 'tcp.srcport == 40312');
    assert.equal(join('not selected', 'udp'), 'not tcp.srcport == 40312');
    assert.equal(join('and selected', ''), 'tcp.srcport == 40312');
    assert.equal(join('and selected', 'ip'), 'ip and tcp.srcport == 40312');
    assert.equal(join('and selected', 'ip or arp'), '(ip or arp) and tcp.srcport == 40312');
    assert.equal(join('or selected', 'ip or arp'), 'ip or arp or tcp.srcport == 40312');
    assert.equal(join('or not selected', 'ip and arp'), '(ip and arp) or not tcp.srcport == 40312');
    assert.equal(
      made({ number: 3, what: 'conversation', field: 'ip', how: 'and not selected', filter: 'tcp' }),
      'tcp and not (ip.addr == 10.0.1.2 and ip.addr == 10.0.0.1)',
    );
  });

  it('refuse what is not there, and say what is', () => {
    assert.throws(() => of(1, 'tcp.port'), /packet 1 has no tcp\.port/);
    assert.throws(() => of(4, 'tcp.port', 7), /packet 4 has no value 7 of tcp\.port/);
    assert.throws(() => of(4, 'tcp.prt'), /there is no field "tcp\.prt"; did you mean/);
    assert.throws(() => of(99, 'tcp.port'), /no such packet: 99/);
    assert.throws(
      () => made({ number: 4, what: 'everything' as never }),
      /filterFor knows no what "everything": write one of field, stream, conversation/,
    );
    assert.throws(
      () => made({ number: 4, what: 'field', field: 'tcp', how: 'and selected', filter: 'tcp and' }),
      /a test is missing here/,
    );
  });
});
