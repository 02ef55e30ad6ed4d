/** Finds the next packet of a list: by display filter, by what its row says, by its bytes. */
import { message } from '../../../language/message.ts';
import { UserError } from '../../../language/userError.ts';
import type { FindPacketArguments, FindPacketResponse, PacketRow } from '../../protocol.ts';
import { FilterError } from '../filter/filterError.ts';
import type { CapturedFrame } from '../frame.ts';
import type { RowList } from './rowList.ts';

/** Milliseconds that one answer may take. */
const FIND_TIME = 100;
const CHECKED = 64;

/** Of a row, and its place in the list. */
type Test = (row: number, index: number) => boolean;

export interface Findable {
  list: RowList;
  frame: (row: number) => CapturedFrame;
  /** What the list shows at an index. */
  shown: (index: number) => PacketRow;
  /** Null while packets are still to be tested. @throws FilterError */
  filter: (text: string) => ((row: number) => boolean) | null;
}

/** @throws FilterError if what is searched for is wrong */
export function findPacket(
  findable: Findable,
  { what, text, from, backwards = false }: FindPacketArguments,
  milliseconds = FIND_TIME,
): FindPacketResponse {
  const test = testFor(what, text, findable);
  if (!test) return { goOnFrom: from };
  const { list, frame } = findable;
  const deadline = performance.now() + milliseconds;
  const step = backwards ? -1 : 1;
  let looked = 0;
  for (let index = from; index >= 0 && index < list.length; index += step) {
    const row = list.at(index);
    if (test(row, index)) return { found: { number: frame(row).number, index } };
    if (++looked % CHECKED === 0 && performance.now() > deadline) return { goOnFrom: index + step };
  }
  return {};
}

function testFor(
  what: FindPacketArguments['what'],
  text: string,
  { frame, shown, filter }: Findable,
): Test | null {
  switch (what) {
    case 'filter':
      return filter(text);
    case 'row': {
      const wanted = text.toLowerCase();
      return (_, index) => rowText(shown(index)).includes(wanted);
    }
    case 'text': {
      const wanted = Buffer.from(text.toLowerCase(), 'latin1');
      return (row) => lowerCase(frame(row).bytes).includes(wanted);
    }
    case 'hex': {
      const wanted = hexBytes(text);
      return (row) => {
        const { bytes } = frame(row);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(wanted);
      };
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
