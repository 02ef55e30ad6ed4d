/** Finds the next packet of a list: by display filter, by what its row says, by its bytes. */
import { message } from '../../../language/message.ts';
import { UserError } from '../../../language/userError.ts';
import type { FindPacketArguments, FindPacketResponse, PacketRow } from '../../protocol.ts';
import { FilterError } from '../filter/filterError.ts';
import type { Entry } from '../packetStore.ts';
import type { SortedFrom } from './sortedList.ts';

/** Milliseconds that one answer may take. */
const FIND_TIME = 100;
const CHECKED = 64;

type Test = (entry: Entry, index: number) => boolean;

export interface Findable {
  list: SortedFrom;
  row: (entry: Entry, before: Entry | undefined) => PacketRow;
  /** Null while packets are still to be tested. @throws FilterError */
  filter: (text: string) => ((entry: Entry) => boolean) | null;
}

/** @throws FilterError if what is searched for is wrong */
export function findPacket(
  { list, row, filter }: Findable,
  { what, text, from, backwards = false }: FindPacketArguments,
  milliseconds = FIND_TIME,
): FindPacketResponse {
  const test = testFor(what, text, { list, row, filter });
  if (!test) return { goOnFrom: from };
  const deadline = performance.now() + milliseconds;
  const step = backwards ? -1 : 1;
  let looked = 0;
  for (let index = from; index >= 0 && index < list.length; index += step) {
    const entry = list.at(index);
    if (test(entry, index)) return { found: { number: entry.frame.number, index } };
    if (++looked % CHECKED === 0 && performance.now() > deadline) return { goOnFrom: index + step };
  }
  return {};
}

function testFor(
  what: FindPacketArguments['what'],
  text: string,
  { list, row, filter }: Findable,
): Test | null {
  switch (what) {
    case 'filter':
      return filter(text);
    case 'row': {
      const wanted = text.toLowerCase();
      return (entry, index) => rowText(row(entry, list.at(index - 1))).includes(wanted);
    }
    case 'text': {
      const wanted = Buffer.from(text.toLowerCase(), 'latin1');
      return ({ frame: { bytes } }) => lowerCase(bytes).includes(wanted);
    }
    case 'hex': {
      const wanted = hexBytes(text);
      return ({ frame: { bytes } }) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(wanted);
    }
    default:
      throw new UserError('findPacket looks for a filter, row, text or hex, not "{0}"', String(what));
  }
}

function rowText({ time, source, destination, protocol, length, info, reason, comment }: PacketRow): string {
  return [time, source, destination, protocol, length, info, reason, comment].join(' ').toLowerCase();
}

/** ASCII letters as small ones. */
function lowerCase(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)));
}

/** `de ad be ef`, `de:ad`, `0xdead`. */
function hexBytes(text: string): Buffer {
  const digits = text.replace(/^0x/i, '').replace(/[\s:.-]/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits)?.[0];
  if (wrong !== undefined)
    throw new FilterError(
      message('"{0}" is no hexadecimal digit; write for example de ad be ef', wrong),
      0,
      text.length,
    );
  if (digits.length === 0 || digits.length % 2 === 1)
    throw new FilterError(
      message('bytes are written with two digits each, for example 0d 0a'),
      0,
      text.length,
    );
  return Buffer.from(digits, 'hex');
}
