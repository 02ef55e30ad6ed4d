/** Extensions of a hello: those that say which server, which protocol, which version and which keys. */
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import type { Hello } from './fingerprint.ts';
import { EXTENSIONS, NAME_TYPES, POINT_FORMATS, PSK_MODES } from './extensionNames.ts';
import { GROUPS } from './groupNames.ts';
import { SIGNATURE_HASHES, SIGNATURE_KINDS, SIGNATURES } from './signatureNames.ts';
import { VERSIONS } from './versionNames.ts';

const HEADING = field('', '', 'none');
const TOTAL = field('tls.handshake.extensions_length', 'Extensions Length', 'uint16');
const TYPE = field('tls.handshake.extension.type', 'Type', 'uint16', { names: EXTENSIONS });
const LENGTH = field('tls.handshake.extension.len', 'Length', 'uint16');
const DATA = field('tls.handshake.extension.data', 'Data', 'bytes');
const NAMES_LENGTH = field(
  'tls.handshake.extensions_server_name_list_len',
  'Server Name list length',
  'uint16',
);
const NAME_TYPE = field('tls.handshake.extensions_server_name_type', 'Server Name Type', 'uint8', {
  names: NAME_TYPES,
});
const NAME_LENGTH = field('tls.handshake.extensions_server_name_len', 'Server Name length', 'uint16');
const NAME = field('tls.handshake.extensions_server_name', 'Server Name', 'string');
const FORMATS_LENGTH = field(
  'tls.handshake.extensions_ec_point_formats_length',
  'EC point formats Length',
  'uint8',
);
const FORMATS = field('tls.handshake.extensions_ec_point_formats', 'Elliptic curves point formats', 'none');
const FORMAT = field('tls.handshake.extensions_ec_point_format', 'EC point format', 'uint8', {
  names: POINT_FORMATS,
});
const GROUPS_LENGTH = field(
  'tls.handshake.extensions_supported_groups_length',
  'Supported Groups List Length',
  'uint16',
);
const GROUP_LIST = field('tls.handshake.extensions_supported_groups', 'Supported Groups', 'none');
const GROUP = field('tls.handshake.extensions_supported_group', 'Supported Group', 'uint16', {
  base: 'hex',
  names: GROUPS,
});
const PROTOCOLS_LENGTH = field('tls.handshake.extensions_alpn_len', 'ALPN Extension Length', 'uint16');
const PROTOCOLS = field('tls.handshake.extensions_alpn_list', 'ALPN Protocol', 'none');
const PROTOCOL_LENGTH = field('tls.handshake.extensions_alpn_str_len', 'ALPN string length', 'uint8');
const PROTOCOL = field('tls.handshake.extensions_alpn_str', 'ALPN Next Protocol', 'string');
const ALGORITHMS_LENGTH = field(
  'tls.handshake.sig_hash_alg_len',
  'Signature Hash Algorithms Length',
  'uint16',
);
const ALGORITHMS = field('tls.handshake.sig_hash_algs', 'Signature Hash Algorithms', 'none');
const ALGORITHM = field('tls.handshake.sig_hash_alg', 'Signature Algorithm', 'uint16', {
  base: 'hex',
  names: signatureName,
});
const ALGORITHM_HASH = field('tls.handshake.sig_hash_hash', 'Signature Hash Algorithm Hash', 'uint8', {
  names: SIGNATURE_HASHES,
});
const ALGORITHM_KIND = field('tls.handshake.sig_hash_sig', 'Signature Hash Algorithm Signature', 'uint8', {
  names: SIGNATURE_KINDS,
});
const VERSIONS_LENGTH = field(
  'tls.handshake.extensions.supported_versions_len',
  'Supported Versions length',
  'uint8',
);
const VERSION = field('tls.handshake.extensions.supported_version', 'Supported Version', 'uint16', {
  base: 'hex',
  names: VERSIONS,
});
const MODES_LENGTH = field('tls.extension.psk_ke_modes_length', 'PSK Key Exchange Modes Length', 'uint8');
const MODE = field('tls.extension.psk_ke_mode', 'PSK Key Exchange Mode', 'uint8', { names: PSK_MODES });
const SHARES_LENGTH = field(
  'tls.handshake.extensions_key_share_client_length',
  'Client Key Share Length',
  'uint16',
);
const SHARE_GROUP = field('tls.handshake.extensions_key_share_group', 'Group', 'uint16', { names: GROUPS });
const SHARE_LENGTH = field(
  'tls.handshake.extensions_key_share_key_exchange_length',
  'Key Exchange Length',
  'uint16',
);
const SHARE = field('tls.handshake.extensions_key_share_key_exchange', 'Key Exchange', 'bytes');
const RENEGOTIATION_LENGTH = field(
  'tls.handshake.extensions_reneg_info_len',
  'Renegotiation info extension length',
  'uint8',
);

export const TLS_EXTENSION_FIELDS: readonly Field[] = [
  TOTAL,
  TYPE,
  LENGTH,
  DATA,
  NAMES_LENGTH,
  NAME_TYPE,
  NAME_LENGTH,
  NAME,
  FORMATS_LENGTH,
  FORMATS,
  FORMAT,
  GROUPS_LENGTH,
  GROUP_LIST,
  GROUP,
  PROTOCOLS_LENGTH,
  PROTOCOLS,
  PROTOCOL_LENGTH,
  PROTOCOL,
  ALGORITHMS_LENGTH,
  ALGORITHMS,
  ALGORITHM,
  ALGORITHM_HASH,
  ALGORITHM_KIND,
  VERSIONS_LENGTH,
  VERSION,
  MODES_LENGTH,
  MODE,
  SHARES_LENGTH,
  SHARE_GROUP,
  SHARE_LENGTH,
  SHARE,
  RENEGOTIATION_LENGTH,
];

type Decode = (extension: Item, bytes: PacketBytes, isClient: boolean, hello: Hello) => void;

const nothing: Decode = () => undefined;
/** By their types; the data of others is shown as it is. */
const DECODE: Readonly<Record<number, Decode>> = {
  0: serverNames,
  10: groups,
  11: pointFormats,
  13: signatureAlgorithms,
  16: protocols,
  22: nothing,
  23: nothing,
  43: versions,
  45: modes,
  51: keyShares,
  65281: renegotiation,
};

/** @param bytes from the length of all extensions on */
export function addExtensions(message: Item, bytes: PacketBytes, isClient: boolean, hello: Hello): void {
  const total = bytes.u16(bytes.begin);
  message.add(TOTAL, bytes, bytes.begin, 2, total);
  const end = Math.min(bytes.begin + 2 + total, bytes.end);
  for (let at = bytes.begin + 2; at < end;) {
    const [type, length] = [bytes.u16(at), bytes.u16(at + 2)];
    const name = EXTENSIONS[type] ?? `Unknown type ${type}`;
    const extension = message.heading(HEADING, bytes, at, 4 + length, `Extension: ${name} (len=${length})`);
    extension.add(TYPE, bytes, at, 2, type);
    extension.add(LENGTH, bytes, at + 2, 2, length);
    const content = bytes.part(at + 4, at + 4 + length);
    bytes.need(at + 4, length);
    hello.extensions.push(type);
    const decode = DECODE[type];
    if (decode && (length > 0 || decode === nothing)) decode(extension, content, isClient, hello);
    else if (!decode)
      extension
        .read(DATA, content, content.begin, length)
        .label(`${DATA.title} (${length} byte${length === 1 ? '' : 's'})`);
    at += 4 + length;
  }
}

function serverNames(extension: Item, bytes: PacketBytes): void {
  const { begin } = bytes;
  const list = extension.heading(HEADING, bytes, begin, bytes.length, 'Server Name Indication extension');
  list.read(NAMES_LENGTH, bytes, begin, 2);
  for (let at = begin + 2; at < bytes.end;) {
    const length = bytes.u16(at + 1);
    list.read(NAME_TYPE, bytes, at, 1);
    list.add(NAME_LENGTH, bytes, at + 1, 2, length);
    list.read(NAME, bytes, at + 3, length);
    at += 3 + length;
  }
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function groups(extension: Item, bytes: PacketBytes, _isClient: boolean, hello: Hello): void {
  const { begin } = bytes;
  const length = bytes.u16(begin);
  extension.add(GROUPS_LENGTH, bytes, begin, 2, length);
  const text = `${GROUP_LIST.title} (${counted(length >> 1, 'group')})`;
  const list = extension.heading(GROUP_LIST, bytes, begin + 2, length, text);
  for (let at = begin + 2; at < begin + 2 + length; at += 2) {
    list.read(GROUP, bytes, at, 2);
    hello.groups.push(bytes.u16(at));
  }
}

function pointFormats(extension: Item, bytes: PacketBytes, _isClient: boolean, hello: Hello): void {
  const { begin } = bytes;
  const length = bytes.u8(begin);
  extension.add(FORMATS_LENGTH, bytes, begin, 1, length);
  const list = extension.heading(FORMATS, bytes, begin + 1, length, `${FORMATS.title} (${length})`);
  for (let at = begin + 1; at < begin + 1 + length; at++) {
    list.read(FORMAT, bytes, at, 1);
    hello.formats.push(bytes.u8(at));
  }
}

function signatureAlgorithms(extension: Item, bytes: PacketBytes): void {
  const { begin } = bytes;
  const length = bytes.u16(begin);
  extension.add(ALGORITHMS_LENGTH, bytes, begin, 2, length);
  const text = `${ALGORITHMS.title} (${counted(length >> 1, 'algorithm')})`;
  const list = extension.heading(ALGORITHMS, bytes, begin + 2, length, text);
  for (let at = begin + 2; at < begin + 2 + length; at += 2) addSignatureAlgorithm(list, bytes, at);
}

/** Before TLS 1.3 its two bytes were a hash and a kind. */
function signatureName(algorithm: number): string | undefined {
  const [hash, kind] = [SIGNATURE_HASHES[algorithm >> 8], SIGNATURE_KINDS[algorithm & 0xff]];
  return SIGNATURES[algorithm] ?? (hash && kind && `${hash} ${kind}`);
}

export function addSignatureAlgorithm(list: Item, bytes: PacketBytes, at: number): void {
  const line = list.read(ALGORITHM, bytes, at, 2);
  line.read(ALGORITHM_HASH, bytes, at, 1);
  line.read(ALGORITHM_KIND, bytes, at + 1, 1);
}

function protocols(extension: Item, bytes: PacketBytes): void {
  const { begin } = bytes;
  const length = bytes.u16(begin);
  extension.add(PROTOCOLS_LENGTH, bytes, begin, 2, length);
  const list = extension.heading(PROTOCOLS, bytes, begin + 2, length, PROTOCOLS.title);
  for (let at = begin + 2; at < begin + 2 + length;) {
    const size = bytes.u8(at);
    list.add(PROTOCOL_LENGTH, bytes, at, 1, size);
    list.read(PROTOCOL, bytes, at + 1, size);
    at += 1 + size;
  }
}

function versions(extension: Item, bytes: PacketBytes, isClient: boolean): void {
  let at = bytes.begin;
  if (isClient) extension.read(VERSIONS_LENGTH, bytes, at++, 1);
  for (; at + 2 <= bytes.end; at += 2) extension.read(VERSION, bytes, at, 2);
}

function modes(extension: Item, bytes: PacketBytes): void {
  const length = bytes.u8(bytes.begin);
  extension.add(MODES_LENGTH, bytes, bytes.begin, 1, length);
  for (let at = bytes.begin + 1; at <= bytes.begin + length; at++) extension.read(MODE, bytes, at, 1);
}

function keyShares(extension: Item, bytes: PacketBytes, isClient: boolean): void {
  let at = bytes.begin;
  const list = extension.heading(HEADING, bytes, at, bytes.length, 'Key Share extension');
  if (isClient) {
    list.read(SHARES_LENGTH, bytes, at, 2);
    at += 2;
  }
  while (at + 4 <= bytes.end) {
    const [group, length] = [bytes.u16(at), bytes.u16(at + 2)];
    const text = `Key Share Entry: Group: ${GROUPS[group] ?? `Unknown (${group})`}, Key Exchange length: ${length}`;
    const share = list.heading(HEADING, bytes, at, 4 + length, text);
    share.add(SHARE_GROUP, bytes, at, 2, group);
    share.add(SHARE_LENGTH, bytes, at + 2, 2, length);
    share.read(SHARE, bytes, at + 4, length);
    at += 4 + length;
  }
}

function renegotiation(extension: Item, bytes: PacketBytes): void {
  const text = 'Renegotiation Info extension';
  const line = extension.heading(HEADING, bytes, bytes.begin, bytes.length, text);
  line.read(RENEGOTIATION_LENGTH, bytes, bytes.begin, 1);
}
