/** Messages of a TLS handshake. */
import type { TlsSession } from '../../streams/tls.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { CIPHER_SUITES } from './cipherSuites.ts';
import { addExtensions, TLS_EXTENSION_FIELDS } from './extensions.ts';
import { addFingerprint, TLS_FINGERPRINT_FIELDS, type Hello } from './fingerprint.ts';
import { addKeyExchange, TLS_KEY_EXCHANGE_FIELDS } from './keyExchange.ts';
import { COMPRESSIONS, HANDSHAKE_TYPES } from './messageNames.ts';
import { VERSIONS } from './versionNames.ts';

const HANDSHAKE = field('tls.handshake', 'Handshake Protocol', 'none');
const TYPE = field('tls.handshake.type', 'Handshake Type', 'uint8', { names: HANDSHAKE_TYPES });
const LENGTH = field('tls.handshake.length', 'Length', 'uint24');
const VERSION = field('tls.handshake.version', 'Version', 'uint16', { base: 'hex', names: VERSIONS });
const RANDOM = field('tls.handshake.random', 'Random', 'bytes');
const RANDOM_TIME = field('tls.handshake.random_time', 'GMT Unix Time', 'absolute');
const RANDOM_BYTES = field('tls.handshake.random_bytes', 'Random Bytes', 'bytes');
const SESSION_ID_LENGTH = field('tls.handshake.session_id_length', 'Session ID Length', 'uint8');
const SESSION_ID = field('tls.handshake.session_id', 'Session ID', 'bytes');
const SUITES_LENGTH = field('tls.handshake.cipher_suites_length', 'Cipher Suites Length', 'uint16');
const SUITES = field('tls.handshake.ciphersuites', 'Cipher Suites', 'none');
const SUITE = field('tls.handshake.ciphersuite', 'Cipher Suite', 'uint16', {
  base: 'hex',
  names: CIPHER_SUITES,
});
const COMPRESSIONS_LENGTH = field('tls.handshake.comp_methods_length', 'Compression Methods Length', 'uint8');
const COMPRESSION_LIST = field('tls.handshake.comp_methods', 'Compression Methods', 'none');
const COMPRESSION = field('tls.handshake.comp_method', 'Compression Method', 'uint8', {
  names: COMPRESSIONS,
});
const CERTIFICATES_LENGTH = field('tls.handshake.certificates_length', 'Certificates Length', 'uint24');
const CERTIFICATES = field('tls.handshake.certificates', 'Certificates', 'none');
const CERTIFICATE_LENGTH = field('tls.handshake.certificate_length', 'Certificate Length', 'uint24');
const CERTIFICATE = field('tls.handshake.certificate', 'Certificate', 'bytes');

export const TLS_HANDSHAKE_FIELDS: readonly Field[] = [
  HANDSHAKE,
  TYPE,
  LENGTH,
  VERSION,
  RANDOM,
  RANDOM_TIME,
  RANDOM_BYTES,
  SESSION_ID_LENGTH,
  SESSION_ID,
  SUITES_LENGTH,
  SUITES,
  SUITE,
  COMPRESSIONS_LENGTH,
  COMPRESSION_LIST,
  COMPRESSION,
  CERTIFICATES_LENGTH,
  CERTIFICATES,
  CERTIFICATE_LENGTH,
  CERTIFICATE,
  ...TLS_EXTENSION_FIELDS,
  ...TLS_FINGERPRINT_FIELDS,
  ...TLS_KEY_EXCHANGE_FIELDS,
];

const HEADER = 4;
const TLS_1_3 = 0x0304;
const [CLIENT_HELLO, SERVER_HELLO, SESSION_TICKET, CERTIFICATE_TYPE, SERVER_KEYS, CLIENT_KEYS] = [
  1, 2, 4, 11, 12, 16,
];
/** Encrypted messages have at least a code of authentication. */
const LEAST_ENCRYPTED = 16;

/** What a message is called in the tree and in the packet list. */
interface Told {
  readonly name: string;
  readonly info: string;
}

/** Adds the messages of a record. */
export function addHandshakes(
  record: Item,
  content: PacketBytes,
  session: TlsSession,
  isEncrypted: boolean,
): Told[] {
  const { begin, end } = content;
  if (isEncrypted && content.length >= LEAST_ENCRYPTED) return [addUnknown(record, content)];
  const told: Told[] = [];
  for (let at = begin; at < end;) {
    if (at + HEADER > end) break;
    const type = content.u8(at);
    const name = HANDSHAKE_TYPES[type];
    if (name === undefined) return [...told, addUnknown(record, content.part(at))];
    const next = at + HEADER + content.u24(at + 1);
    if (next > end) {
      const text = `${name} (fragment)`;
      record.heading(HANDSHAKE, content, at, end - at, `${HANDSHAKE.title}: ${text}`);
      return [...told, { name: text, info: `[${name} Fragment]` }];
    }
    const message = record.heading(HANDSHAKE, content, at, next - at, `${HANDSHAKE.title}: ${name}`);
    message.add(TYPE, content, at, 1, type);
    message.read(LENGTH, content, at + 1, 3);
    addMessage(message, content.part(at + HEADER, next), type, session);
    told.push({ name, info: name });
    at = next;
  }
  return told;
}

function addUnknown(record: Item, content: PacketBytes): Told {
  const name = 'Encrypted Handshake Message';
  record.heading(HANDSHAKE, content, content.begin, content.length, `${HANDSHAKE.title}: ${name}`);
  return { name, info: name };
}

function addMessage(message: Item, bytes: PacketBytes, type: number, session: TlsSession): void {
  switch (type) {
    case CLIENT_HELLO:
    case SERVER_HELLO:
      addHello(message, bytes, type === CLIENT_HELLO, session);
      break;
    case CERTIFICATE_TYPE:
      if (session.version < TLS_1_3) addCertificates(message, bytes);
      break;
    case SERVER_KEYS:
    case CLIENT_KEYS:
    case SESSION_TICKET:
      addKeyExchange(message, bytes, type, session);
  }
}

function addHello(message: Item, bytes: PacketBytes, isClient: boolean, session: TlsSession): void {
  let at = bytes.begin;
  const hello: Hello = { version: bytes.u16(at), suites: [], extensions: [], groups: [], formats: [] };
  message.read(VERSION, bytes, at, 2);
  addRandom(message, bytes, at + 2, session);
  at += 34;
  const idLength = bytes.u8(at);
  message.add(SESSION_ID_LENGTH, bytes, at, 1, idLength);
  if (idLength > 0) message.read(SESSION_ID, bytes, at + 1, idLength);
  at += 1 + idLength;
  if (isClient) {
    const length = bytes.u16(at);
    message.add(SUITES_LENGTH, bytes, at, 2, length);
    const count = length >> 1;
    const text = `${SUITES.title} (${count} suite${count === 1 ? '' : 's'})`;
    const suites = message.heading(SUITES, bytes, at + 2, length, text);
    for (let next = at + 2; next < at + 2 + length; next += 2) {
      hello.suites.push(bytes.u16(next));
      suites.read(SUITE, bytes, next, 2);
    }
    at += 2 + length;
    const methods = bytes.u8(at);
    message.add(COMPRESSIONS_LENGTH, bytes, at, 1, methods);
    const title = `${COMPRESSION_LIST.title} (${methods} method${methods === 1 ? '' : 's'})`;
    const list = message.heading(COMPRESSION_LIST, bytes, at + 1, methods, title);
    for (let next = at + 1; next < at + 1 + methods; next++) list.read(COMPRESSION, bytes, next, 1);
    at += 1 + methods;
  } else {
    hello.suites.push(bytes.u16(at));
    message.read(SUITE, bytes, at, 2);
    message.read(COMPRESSION, bytes, at + 2, 1);
    at += 3;
  }
  if (at < bytes.end) addExtensions(message, bytes.part(at), isClient, hello);
  addFingerprint(message, bytes, isClient, hello);
}

function addRandom(message: Item, bytes: PacketBytes, at: number, { version }: TlsSession): void {
  const line = message.read(RANDOM, bytes, at, 32);
  if (version >= TLS_1_3) return;
  line.add(RANDOM_TIME, bytes, at, 4, BigInt(bytes.u32(at)) * 1_000_000_000n);
  line.read(RANDOM_BYTES, bytes, at + 4, 28);
}

function addCertificates(message: Item, bytes: PacketBytes): void {
  const { begin } = bytes;
  const length = bytes.u24(begin);
  message.add(CERTIFICATES_LENGTH, bytes, begin, 3, length);
  if (length === 0) return;
  const list = message.heading(
    CERTIFICATES,
    bytes,
    begin + 3,
    length,
    `${CERTIFICATES.title} (${length} bytes)`,
  );
  for (let at = begin + 3; at < begin + 3 + length;) {
    const size = bytes.u24(at);
    list.add(CERTIFICATE_LENGTH, bytes, at, 3, size);
    list.read(CERTIFICATE, bytes, at + 3, size);
    at += 3 + size;
  }
}
