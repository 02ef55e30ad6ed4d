/** Filters made from what is seen in a packet, and what can stand in one. */
import assert from 'node:assert/strict';
import { english } from '../../../language/message.ts';
import { completeFilter, filterFor } from '../../../debug-adapter/packets/filterRequests.ts';
import { PacketStore } from '../../../debug-adapter/packets/packetStore.ts';
import type { FilterForArguments } from '../../../debug-adapter/protocol.ts';
import { IPV6_STORIES } from '../../support/ipv6Stories.ts';
import { STORIES } from '../../support/packetStories.ts';

function storeOf(story: string, stories = STORIES): PacketStore {
  const store = new PacketStore();
  for (const frame of stories[story]!()) store.add(frame);
  return store;
}

describe('filters made from a packet', () => {
  const tcp = storeOf('handshake, data, close');
  const made = (store: PacketStore, what: FilterForArguments) => filterFor(store, what).filter;

  it('select its connection, its flow, and all between its ends', () => {
    assert.equal(made(tcp, { number: 1, what: 'stream' }), 'tcp.stream == 0');
    assert.equal(
      made(tcp, { number: 1, what: 'conversation' }),
      'ip.addr == 127.0.0.1 and tcp.port == 40312 and tcp.port == 9000',
    );
    assert.deepEqual(tcp.matching(made(tcp, { number: 2, what: 'conversation' })), tcp.matching('tcp'));
    const udp = storeOf('udp');
    assert.equal(made(udp, { number: 1, what: 'stream' }), 'udp.stream == 0');
    assert.ok(udp.matching(made(udp, { number: 1, what: 'stream' })).includes(1));
  });

  it('are of IPv6 addresses as well', () => {
    const store = storeOf('a connection and datagrams', IPV6_STORIES);
    const filter = made(store, { number: 1, what: 'conversation' });
    assert.equal(
      filter,
      'ipv6.addr == 2001:db8::1 and ipv6.addr == 2001:db8::2 and tcp.port == 40000 and tcp.port == 9000',
    );
    assert.deepEqual(store.matching(filter), store.matching('tcp'));
    assert.deepEqual(store.matching(made(store, { number: 7, what: 'stream' })), [7, 9, 10]);
    assert.equal(made(store, { number: 1, what: 'field', field: 'ipv6.src' }), 'ipv6.src == 2001:db8::1');
  });

  it('select the packets with the same value of each field', () => {
    for (const field of [
      'tcp.srcport',
      'tcp.flags.syn',
      'ip.src',
      'eth.dst',
      'frame.interface_name',
      'tcp.options.sack_perm',
    ]) {
      const filter = made(tcp, { number: 1, what: 'field', field });
      assert.ok(tcp.matching(filter).includes(1), filter);
    }
    assert.equal(
      made(tcp, {
        number: 1,
        what: 'field',
        field: 'tcp.port',
        occurrence: 1,
        how: 'and not selected',
        filter: 'ip',
      }),
      'ip and not tcp.port == 9000',
    );
    assert.throws(
      () => made(tcp, { number: 1, what: 'field', field: 'tcp.srcprt' }),
      /no field "tcp.srcprt".*tcp\.srcport/,
    );
  });

  it('are completed with the fields that a filter can test, where one can begin', () => {
    const texts = (filter: string) =>
      completeFilter(tcp, { filter, cursor: filter.length }, english).items.map(({ text }) => text);
    assert.ok(texts('tcp.srcp').includes('tcp.srcport'));
    assert.ok(texts('tcp and ip.t').includes('ip.ttl'));
    assert.ok(!texts('tcp.port ').includes('ip.ttl'));
    for (const name of texts('').filter((text) => /^[a-z]/.test(text) && text !== 'not'))
      assert.ok(tcp.matching(name).length >= 0, name);
  });
});
