/** Fingerprints of clients and servers (JA3, JA3S): what their hellos offer, and its hash. */
import { createHash } from 'node:crypto';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';

const CLIENT = field('tls.handshake.ja3_full', 'JA3 Fullstring', 'string');
const CLIENT_HASH = field('tls.handshake.ja3', 'JA3', 'string');
const SERVER = field('tls.handshake.ja3s_full', 'JA3S Fullstring', 'string');
const SERVER_HASH = field('tls.handshake.ja3s', 'JA3S', 'string');

export const TLS_FINGERPRINT_FIELDS: readonly Field[] = [CLIENT, CLIENT_HASH, SERVER, SERVER_HASH];

/** What a hello says. */
export interface Hello {
  readonly version: number;
  readonly suites: number[];
  readonly extensions: number[];
  readonly groups: number[];
  readonly formats: number[];
}

/** Numbers that stand for nothing, so that servers get used to unknown ones (RFC 8701). */
const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);

export function addFingerprint(message: Item, bytes: PacketBytes, isClient: boolean, hello: Hello): void {
  const { version, suites, extensions, groups, formats } = hello;
  const list = (values: readonly number[]) => values.filter((value) => !isGrease(value)).join('-');
  const parts = isClient
    ? [version, list(suites), list(extensions), list(groups), list(formats)]
    : [version, list(suites), list(extensions)];
  const text = parts.join(',');
  message.generate(isClient ? CLIENT : SERVER, bytes, text);
  const hash = createHash('md5').update(text).digest('hex');
  message.generate(isClient ? CLIENT_HASH : SERVER_HASH, bytes, hash);
}
