/** The fields that a filter can name: those of the dissectors, and the columns of the packet list. */
import { either, message, type Message } from '../../../../language/message.ts';
import { nearest } from '../../../../stack/lib/nearest.ts';
import { FIELDS } from '../../dissectors/all.ts';
import { field, isInteger, nameOf, type Field } from '../../tree/field.ts';
import { told, type Packet } from '../../tree/packet.ts';

/** What a column shows, under the names that Wireshark 4.2 gave them. */
const COLUMNS: ReadonlyMap<Field, (packet: Pick<Packet, 'columns'>) => string> = new Map([
  [field('_ws.col.protocol', 'Protocol', 'string'), ({ columns }) => told(columns.protocol)],
  [field('_ws.col.info', 'Info', 'string'), ({ columns }) => told(columns.info)],
  [field('_ws.col.def_src', 'Source', 'string'), ({ columns }) => told(columns.source)],
  [field('_ws.col.def_dst', 'Destination', 'string'), ({ columns }) => told(columns.destination)],
]);

const BY_NAME: ReadonlyMap<string, Field> = new Map([
  ...FIELDS,
  ...[...COLUMNS.keys()].map((column) => [column.name, column] as const),
]);

/** What reads a column, if the field is one. */
export function columnReader(of: Field): ((packet: Pick<Packet, 'columns'>) => string) | undefined {
  return COLUMNS.get(of);
}

/** The field of that name, or undefined. */
export function filterField(name: string): Field | undefined {
  return BY_NAME.get(name);
}

/** The same, whatever letters are capital. */
export function anyCaseField(name: string): Field | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());
}

export function filterFields(): Iterable<Field> {
  return BY_NAME.values();
}

export function filterFieldNames(): string[] {
  return [...BY_NAME.keys()];
}

/** Protocols that have another name now. */
const RENAMED: Readonly<Record<string, string>> = { ssl: 'tls', bootp: 'dhcp' };

/** What is wrong with a name, and which one may be meant. */
export function unknownField(name: string): Message {
  const [protocol = '', ...rest] = name.toLowerCase().split('.');
  const today = RENAMED[protocol];
  const renamed = today === undefined ? undefined : [today, ...rest].join('.');
  if (renamed !== undefined && BY_NAME.has(renamed))
    return message('there is no field "{0}"; today it is {1}', name, renamed);
  const minus = name.indexOf('-');
  if (minus > 0 && BY_NAME.has(name.slice(0, minus)))
    return message(
      'there is no field "{0}"; write a blank before a minus: {1}',
      name,
      `${name.slice(0, minus)} - ${name.slice(minus + 1)}`,
    );
  const known = nearest(name.toLowerCase(), filterFieldNames());
  return known.length
    ? message('there is no field "{0}"; did you mean {1}?', name, either(known))
    : message('there is no field "{0}"; write for example tcp, ip.addr or tcp.port', name);
}

/** A value of a field, for messages. */
export function exampleOf(of: Field): string {
  switch (of.type) {
    case 'ipv4':
      return '127.0.0.1';
    case 'ipv6':
      return '::1';
    case 'ether':
      return '02:00:00:00:00:01';
    case 'string':
    case 'protocol':
      return '"text"';
    case 'bytes':
      return '47:45:54';
    case 'boolean':
      return '1';
    case 'double':
    case 'relative':
    case 'epoch':
      return '0.5';
    case 'absolute':
      return '"2024-01-01 00:00:00"';
    case 'none':
      return '';
    default:
      return exampleNumber(of);
  }
}

function exampleNumber(of: Field): string {
  if (of.name.endsWith('port')) return '8080';
  const names = namesOf(of);
  const first = names.find((one) => one.name.length < 12) ?? names[0];
  return first === undefined ? (of.base?.startsWith('hex') ? '0x10' : '10') : `"${first.name}"`;
}

/** A value for what is written to the left of an operator. */
export function exampleValue(written: string): string {
  const known = anyCaseField(written);
  return known ? exampleOf(known) : '8080';
}

export function exampleTest(written: string, operator: string): string {
  const known = anyCaseField(written);
  const name = known?.name ?? 'tcp.port';
  const value = known ? exampleOf(known) : '8080';
  return `${name} ${operator} ${operator === 'in' ? `{${value}}` : value}`;
}

/** Values for which a function is asked for a name. */
const ASKED = 0x10000;

/** The names of an integer's or boolean's values. */
export function namesOf(of: Field): { name: string; value: number }[] {
  if (of.type === 'boolean' && of.names === undefined)
    return [
      { name: 'True', value: 1 },
      { name: 'False', value: 0 },
    ];
  if (of.names === undefined || !(isInteger(of) || of.type === 'boolean')) return [];
  if (typeof of.names !== 'function')
    return Object.entries(of.names).map(([value, name]) => ({ name, value: Number(value) }));
  const found: { name: string; value: number }[] = [];
  for (let value = 0; value < ASKED; value++) {
    const name = nameOf(of, value);
    if (name !== undefined) found.push({ name, value });
  }
  return found;
}

/** The value that has this name, if one has. */
export function valueNamed(of: Field, name: string): number | undefined {
  const wanted = name.toLowerCase();
  return namesOf(of).find((one) => one.name.toLowerCase() === wanted)?.value;
}
