/** Resource records: what a DNS server answers. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { durationText, ipv4Text, ipv6Text } from '../../tree/text.ts';
import { CLASS_BIT, classLabel, sizeLabel } from './dialects.ts';
import { CLASSES, OPTIONS, TYPES } from './dnsNames.ts';
import { readName } from './names.ts';

const RECORD = field('', '', 'none');
const NAME = field('dns.resp.name', 'Name', 'string');
const TYPE = field('dns.resp.type', 'Type', 'uint16', { names: TYPES });
const CLASS = field('dns.resp.class', 'Class', 'uint16', { base: 'hex', names: CLASSES });
const CACHE_FLUSH = field('dns.resp.cache_flush', 'Cache flush', 'boolean', { mask: CLASS_BIT, bits: 16 });
const TTL = field('dns.resp.ttl', 'Time to live', 'uint32');
const LENGTH = field('dns.resp.len', 'Data length', 'uint16');
const UDP_SIZE = field('dns.rr.udp_payload_size', 'UDP payload size', 'uint16');
const EXTENDED_CODE = field('dns.resp.ext_rcode', 'Higher bits in extended RCODE', 'uint8', { base: 'hex' });
const EDNS_VERSION = field('dns.resp.edns0_version', 'EDNS0 version', 'uint8');
const Z = field('dns.resp.z', 'Z', 'uint16', { base: 'hex' });
const DNSSEC = field('dns.resp.z.do', 'DO bit', 'boolean', {
  mask: 0x8000,
  bits: 16,
  names: { 1: 'Accepts DNSSEC security RRs', 0: 'Cannot handle DNSSEC security RRs' },
});
const RESERVED = field('dns.resp.z.reserved', 'Reserved', 'uint16', { base: 'hex', mask: 0x7fff });
const OPTION = field('dns.opt', 'Option', 'none');
const OPTION_CODE = field('dns.opt.code', 'Option Code', 'uint16', { names: OPTIONS });
const OPTION_LENGTH = field('dns.opt.len', 'Option Length', 'uint16');
const OPTION_DATA = field('dns.opt.data', 'Option Data', 'bytes');
const ADDRESS = field('dns.a', 'Address', 'ipv4');
const ADDRESS6 = field('dns.aaaa', 'AAAA Address', 'ipv6');
const CNAME = field('dns.cname', 'CNAME', 'string');
const NAME_SERVER = field('dns.ns', 'Name Server', 'string');
const DOMAIN = field('dns.ptr.domain_name', 'Domain Name', 'string');
const PREFERENCE = field('dns.mx.preference', 'Preference', 'uint16');
const MAIL = field('dns.mx.mail_exchange', 'Mail Exchange', 'string');
const TEXT_LENGTH = field('dns.txt.length', 'TXT Length', 'uint8');
const TEXT = field('dns.txt', 'TXT', 'string');
const DATA = field('dns.data', 'Data', 'bytes');
const NEXT_DOMAIN = field('dns.nsec.next_domain_name', 'Next Domain Name', 'string');
const SOA = {
  server: field('dns.soa.mname', 'Primary name server', 'string'),
  mailbox: field('dns.soa.rname', "Responsible authority's mailbox", 'string'),
  serial: field('dns.soa.serial_number', 'Serial Number', 'uint32'),
  refresh: field('dns.soa.refresh_interval', 'Refresh Interval', 'uint32'),
  retry: field('dns.soa.retry_interval', 'Retry Interval', 'uint32'),
  expire: field('dns.soa.expire_limit', 'Expire limit', 'uint32'),
  minimum: field('dns.soa.minimum_ttl', 'Minimum TTL', 'uint32'),
};
const SRV = {
  service: field('dns.srv.service', 'Service', 'string'),
  protocol: field('dns.srv.proto', 'Protocol', 'string'),
  name: field('dns.srv.name', 'Name', 'string'),
  priority: field('dns.srv.priority', 'Priority', 'uint16'),
  weight: field('dns.srv.weight', 'Weight', 'uint16'),
  port: field('dns.srv.port', 'Port', 'uint16'),
  target: field('dns.srv.target', 'Target', 'string'),
};

export const DNS_RECORD_FIELDS: readonly Field[] = [
  NAME,
  TYPE,
  CLASS,
  CACHE_FLUSH,
  TTL,
  LENGTH,
  UDP_SIZE,
  EXTENDED_CODE,
  EDNS_VERSION,
  Z,
  DNSSEC,
  RESERVED,
  OPTION,
  OPTION_CODE,
  OPTION_LENGTH,
  OPTION_DATA,
  ADDRESS,
  ADDRESS6,
  CNAME,
  NAME_SERVER,
  DOMAIN,
  PREFERENCE,
  MAIL,
  TEXT_LENGTH,
  TEXT,
  DATA,
  NEXT_DOMAIN,
  ...Object.values(SOA),
  ...Object.values(SRV),
];

const [A, NS, CNAME_TYPE, SOA_TYPE, PTR, MX, TXT, AAAA, SRV_TYPE, OPT] = [1, 2, 5, 6, 12, 15, 16, 28, 33, 41];
const NSEC = 47;

/** `A` of `A (Host Address)` */
export function typeName(type: number): string {
  if (type === 255) return 'ANY';
  const name = TYPES[type];
  return name === undefined ? `Unknown (${type})` : name.split(' ', 1)[0]!;
}

export function className(number: number): string {
  return CLASSES[number] ?? 'Unknown';
}

/**
 * Adds a record.
 *
 * @param info told what the record says for the packet list
 * @param hasClassBit the uppermost bit of the class says that it takes the place of others
 * @returns where it ends
 * @throws BeyondEnd
 */
export function addRecord(
  section: Item,
  bytes: PacketBytes,
  begin: number,
  at: number,
  info: (text: string) => void,
  hasClassBit = false,
): number {
  const name = readName(bytes, begin, at);
  const { end: fixed } = name;
  const type = bytes.u16(fixed);
  const whole = bytes.u16(fixed + 2);
  const kind = hasClassBit ? whole & ~CLASS_BIT : whole;
  const flush = hasClassBit && whole & CLASS_BIT ? ', cache flush' : '';
  const ttl = bytes.u32(fixed + 4);
  const length = bytes.u16(fixed + 8);
  const data = fixed + 10;
  info(typeName(type) + flush);
  const record = section.heading(RECORD, bytes, at, Math.min(data + length, bytes.captured) - at, () =>
    type === OPT
      ? `${name.text}: type OPT${flush}`
      : `${name.text}: type ${typeName(type)}, class ${className(kind)}${flush}`,
  );
  if (type === SRV_TYPE) addService(record, bytes, at, fixed, name.text);
  else record.add(NAME, bytes, at, fixed - at, name.text);
  record.add(TYPE, bytes, fixed, 2, type);
  if (type === OPT) addExtension(record, bytes, fixed, hasClassBit);
  else {
    const classLine = record.add(CLASS, bytes, fixed + 2, 2, kind);
    if (hasClassBit) {
      classLine.label(() => classLabel(kind, className(kind)));
      record.bits(CACHE_FLUSH, bytes, fixed + 2, 2, whole);
    }
    record.add(TTL, bytes, fixed + 4, 4, ttl).as(() => `${ttl} (${durationText(ttl)})`);
  }
  record.add(LENGTH, bytes, fixed + 8, 2, length);
  addData(record, bytes, begin, data, length, type, info);
  return data + length;
}

/** `_http._tcp.example.com` */
function addService(record: Item, bytes: PacketBytes, at: number, end: number, name: string): void {
  const [service = '', protocol, ...rest] = name.split('.');
  record.add(SRV.service, bytes, at, end - at, service);
  if (protocol !== undefined) record.add(SRV.protocol, bytes, at, end - at, protocol);
  if (rest.length) record.add(SRV.name, bytes, at, end - at, rest.join('.'));
}

/** What EDNS has in place of class and TTL. */
function addExtension(record: Item, bytes: PacketBytes, fixed: number, hasClassBit: boolean): void {
  const whole = bytes.u16(fixed + 2);
  const size = hasClassBit ? whole & ~CLASS_BIT : whole;
  const sizeLine = record.add(UDP_SIZE, bytes, fixed + 2, 2, size);
  if (hasClassBit) {
    sizeLine.label(() => sizeLabel(size));
    record.bits(CACHE_FLUSH, bytes, fixed + 2, 2, whole);
  }
  record.read(EXTENDED_CODE, bytes, fixed + 4, 1);
  record.read(EDNS_VERSION, bytes, fixed + 5, 1);
  const flags = record.read(Z, bytes, fixed + 6, 2);
  flags.read(DNSSEC, bytes, fixed + 6, 2);
  flags.read(RESERVED, bytes, fixed + 6, 2);
}

function addData(
  record: Item,
  bytes: PacketBytes,
  begin: number,
  at: number,
  length: number,
  type: number,
  info: (text: string) => void,
): void {
  const name = (own: Field, from: number, what: string | null): number => {
    const { text, end } = readName(bytes, begin, from);
    if (what !== null) {
      info(text);
      record.also(`${what}${text}`);
    }
    record.add(own, bytes, from, end - from, text);
    return end;
  };
  switch (type) {
    case A: {
      const text = ipv4Text(bytes.u32(at));
      info(text);
      record.also(`, addr ${text}`);
      record.read(ADDRESS, bytes, at, 4);
      break;
    }
    case AAAA: {
      const text = ipv6Text(bytes.bytes(at, 16));
      info(text);
      record.also(`, addr ${text}`);
      record.read(ADDRESS6, bytes, at, 16);
      break;
    }
    case NS:
      name(NAME_SERVER, at, ', ns ');
      break;
    case CNAME_TYPE:
      name(CNAME, at, ', cname ');
      break;
    case PTR:
      name(DOMAIN, at, ', ');
      break;
    case SOA_TYPE: {
      let next = name(SOA.server, at, ', mname ');
      next = name(SOA.mailbox, next, null);
      record.read(SOA.serial, bytes, next, 4);
      for (const own of [SOA.refresh, SOA.retry, SOA.expire, SOA.minimum]) {
        next += 4;
        const seconds = bytes.u32(next);
        record.add(own, bytes, next, 4, seconds).as(() => `${seconds} (${durationText(seconds)})`);
      }
      break;
    }
    case MX: {
      const preference = bytes.u16(at);
      const { text } = readName(bytes, begin, at + 2);
      info(`${preference} ${text}`);
      record.also(`, preference ${preference}, mx ${text}`);
      record.read(PREFERENCE, bytes, at, 2);
      name(MAIL, at + 2, null);
      break;
    }
    case SRV_TYPE: {
      const [priority, weight, port] = [bytes.u16(at), bytes.u16(at + 2), bytes.u16(at + 4)];
      const { text } = readName(bytes, begin, at + 6);
      info(`${priority} ${weight} ${port} ${text}`);
      record.also(`, priority ${priority}, weight ${weight}, port ${port}, target ${text}`);
      record.add(SRV.priority, bytes, at, 2, priority);
      record.add(SRV.weight, bytes, at + 2, 2, weight);
      record.add(SRV.port, bytes, at + 4, 2, port);
      name(SRV.target, at + 6, null);
      break;
    }
    case TXT:
      for (let next = at; next < at + length;) {
        const size = bytes.u8(next);
        record.add(TEXT_LENGTH, bytes, next, 1, size);
        record.add(TEXT, bytes, next + 1, size, bytes.utf8(next + 1, size));
        next += 1 + size;
      }
      break;
    case NSEC: {
      const next = name(NEXT_DOMAIN, at, ', next domain name ');
      addTypes(record, bytes, next, at + length);
      break;
    }
    case OPT:
      for (let next = at; next < at + length;) next = addOption(record, bytes, next);
      break;
    default:
      if (length > 0) record.read(DATA, bytes, at, length);
  }
}

/** The types that a name has, as bits: windows of 256 types, each as long as it needs to be. */
function addTypes(record: Item, bytes: PacketBytes, from: number, end: number): void {
  for (let at = from; at < end;) {
    const [window, length] = [bytes.u8(at), bytes.u8(at + 1)];
    for (let byte = 0; byte < length; byte++) {
      const bits = bytes.u8(at + 2 + byte);
      for (let bit = 0; bit < 8; bit++) {
        if (!(bits & (0x80 >> bit))) continue;
        const type = window * 256 + byte * 8 + bit;
        const name = TYPES[type] ?? `Unknown (${type})`;
        record.add(TYPE, bytes, at + 2 + byte, 1, type).label(`RR type in bit map: ${name}`);
      }
    }
    at += 2 + length;
  }
}

/** @returns where it ends */
function addOption(record: Item, bytes: PacketBytes, at: number): number {
  const [code, length] = [bytes.u16(at), bytes.u16(at + 2)];
  const text = () => `Option: ${OPTIONS[code] ?? `Unknown (${code})`}`;
  const option = record.heading(OPTION, bytes, at, Math.min(4 + length, bytes.captured - at), text);
  option.add(OPTION_CODE, bytes, at, 2, code);
  option.add(OPTION_LENGTH, bytes, at + 2, 2, length);
  option.read(OPTION_DATA, bytes, at + 4, length);
  return at + 4 + length;
}
