/** Messages with which TLS 1.2 exchanges keys (RFC 8422), and session tickets (RFC 5077). */
import type { TlsSession } from '../../streams/tls.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { durationText } from '../../tree/text.ts';
import { addSignatureAlgorithm } from './extensions.ts';
import { CURVE_TYPES, GROUPS } from './groupNames.ts';

const HEADING = field('', '', 'none');
const CURVE_TYPE = field('tls.handshake.server_curve_type', 'Curve Type', 'uint8', {
  base: 'hex',
  names: CURVE_TYPES,
});
const CURVE = field('tls.handshake.server_named_curve', 'Named Curve', 'uint16', {
  base: 'hex',
  names: GROUPS,
});
const SERVER_LENGTH = field('tls.handshake.server_point_len', 'Pubkey Length', 'uint8');
const SERVER_POINT = field('tls.handshake.server_point', 'Pubkey', 'bytes');
const SIGNATURE_LENGTH = field('tls.handshake.sig_len', 'Signature Length', 'uint16');
const SIGNATURE = field('tls.handshake.sig', 'Signature', 'bytes');
const CLIENT_LENGTH = field('tls.handshake.client_point_len', 'Pubkey Length', 'uint8');
const CLIENT_POINT = field('tls.handshake.client_point', 'Pubkey', 'bytes');
const LIFETIME = field(
  'tls.handshake.session_ticket_lifetime_hint',
  'Session Ticket Lifetime Hint',
  'uint32',
);
const TICKET_LENGTH = field('tls.handshake.session_ticket_length', 'Session Ticket Length', 'uint16');
const TICKET = field('tls.handshake.session_ticket', 'Session Ticket', 'bytes');

export const TLS_KEY_EXCHANGE_FIELDS: readonly Field[] = [
  CURVE_TYPE,
  CURVE,
  SERVER_LENGTH,
  SERVER_POINT,
  SIGNATURE_LENGTH,
  SIGNATURE,
  CLIENT_LENGTH,
  CLIENT_POINT,
  LIFETIME,
  TICKET_LENGTH,
  TICKET,
];

const NAMED_CURVE = 3;
const [SERVER_KEYS, CLIENT_KEYS] = [12, 16];
const TLS_1_3 = 0x0304;

export function addKeyExchange(message: Item, bytes: PacketBytes, type: number, session: TlsSession): void {
  if (session.version >= TLS_1_3) return;
  if (type === SERVER_KEYS) addServerKeys(message, bytes);
  else if (type === CLIENT_KEYS) addClientKeys(message, bytes);
  else addTicket(message, bytes);
}

/** Only keys on named curves; others are left as they are. */
function addServerKeys(message: Item, bytes: PacketBytes): void {
  const at = bytes.begin;
  if (bytes.u8(at) !== NAMED_CURVE) return;
  const keys = message.heading(HEADING, bytes, at, bytes.length, 'EC Diffie-Hellman Server Params');
  keys.read(CURVE_TYPE, bytes, at, 1);
  keys.read(CURVE, bytes, at + 1, 2);
  const length = bytes.u8(at + 3);
  keys.add(SERVER_LENGTH, bytes, at + 3, 1, length);
  keys.read(SERVER_POINT, bytes, at + 4, length);
  const next = at + 4 + length;
  if (next >= bytes.end) return;
  addSignatureAlgorithm(keys, bytes, next);
  const size = bytes.u16(next + 2);
  keys.add(SIGNATURE_LENGTH, bytes, next + 2, 2, size);
  keys.read(SIGNATURE, bytes, next + 4, size);
}

function addClientKeys(message: Item, bytes: PacketBytes): void {
  const at = bytes.begin;
  const length = bytes.u8(at);
  if (at + 1 + length !== bytes.end) return;
  const keys = message.heading(HEADING, bytes, at, bytes.length, 'EC Diffie-Hellman Client Params');
  keys.add(CLIENT_LENGTH, bytes, at, 1, length);
  keys.read(CLIENT_POINT, bytes, at + 1, length);
}

function addTicket(message: Item, bytes: PacketBytes): void {
  const at = bytes.begin;
  const ticket = message.heading(HEADING, bytes, at, bytes.length, 'TLS Session Ticket');
  const seconds = bytes.u32(at);
  ticket.add(LIFETIME, bytes, at, 4, seconds).as(() => `${seconds} seconds (${durationText(seconds)})`);
  const length = bytes.u16(at + 4);
  ticket.add(TICKET_LENGTH, bytes, at + 4, 2, length);
  ticket.read(TICKET, bytes, at + 6, length);
}
