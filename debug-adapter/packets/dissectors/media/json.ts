/** JSON (RFC 8259), value by value, each with its path. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import { told, type Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { parseJson, type JsonValue } from './jsonText.ts';
import { addTextLines } from './textLines.ts';

const JSON_LAYER = field('json', 'JavaScript Object Notation', 'protocol');
const OBJECT = field('json.object', 'Object', 'none');
const ARRAY = field('json.array', 'Array', 'none');
const MEMBER = field('json.member', 'Member', 'string');
const KEY = field('json.key', 'Key', 'string');
const PATH = field('json.path', 'Path', 'string');
const PATH_WITH_VALUE = field('json.path_with_value', 'Path with value', 'string');
const MEMBER_WITH_VALUE = field('json.member_with_value', 'Member with value', 'string');
const TEXT = field('json.value.string', 'String value', 'string');
const NUMBER = field('json.value.number', 'Number value', 'string');
const TRUE = field('json.value.true', 'True value', 'none');
const FALSE = field('json.value.false', 'False value', 'none');
const NULL = field('json.value.null', 'Null value', 'none');

export const JSON_FIELDS: readonly Field[] = [
  JSON_LAYER,
  OBJECT,
  ARRAY,
  MEMBER,
  KEY,
  PATH,
  PATH_WITH_VALUE,
  MEMBER_WITH_VALUE,
  TEXT,
  NUMBER,
  TRUE,
  FALSE,
  NULL,
];

/** What is not JSON is shown as text. */
export function dissectJson(packet: Packet, bytes: PacketBytes, type: string, within: Item | null): void {
  const size = bytes.captured - bytes.begin;
  const values = parseJson(bytes.bytes(bytes.begin, size));
  const title = `${JSON_LAYER.title}: ${type}`;
  const { protocol } = packet.columns;
  packet.show({ protocol: () => `${told(protocol)}/JSON` });
  packet.appendInfo(`, ${JSON_LAYER.title} (${type})`);
  const layer = packet.layer(JSON_LAYER, bytes, values ? bytes.length : 0, title, undefined, within);
  if (!values) {
    addTextLines(packet, bytes, type, within);
    return;
  }
  for (const value of values) addValue(layer, bytes, value, '', '');
}

/** @param path of what holds the value. @param name in it */
function addValue(line: Item, bytes: PacketBytes, value: JsonValue, path: string, name: string): void {
  const { kind, length } = value;
  const at = bytes.begin + value.at;
  if (kind === 'object') {
    const object = line.heading(OBJECT, bytes, at, length, OBJECT.title);
    for (const member of value.members) {
      const memberAt = bytes.begin + member.at;
      const own = `${path}/${member.key}`;
      const item = object.add(MEMBER, bytes, memberAt, member.length, member.key);
      addValue(item, bytes, member.value, own, member.key);
      item.add(KEY, bytes, memberAt, member.keyLength, member.key);
      item.add(PATH, bytes, memberAt, member.length, own);
    }
    return;
  }
  if (kind === 'array') {
    const array = line.heading(ARRAY, bytes, at, length, ARRAY.title);
    for (const element of value.elements) addValue(array, bytes, element, `${path}/[]`, '[]');
    return;
  }
  line.add(PATH_WITH_VALUE, bytes, at, length, `${path}:${value.text}`);
  line.add(MEMBER_WITH_VALUE, bytes, at, length, `${name}:${value.text}`);
  if (kind === 'string') line.add(TEXT, bytes, at, length, value.text);
  else if (kind === 'number') line.add(NUMBER, bytes, at, length, value.text);
  else {
    const own = { true: TRUE, false: FALSE, null: NULL }[kind];
    line.heading(own, bytes, at, length, own.title);
  }
}
