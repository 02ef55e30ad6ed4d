/** TLS records (RFC 8446, RFC 5246). What is encrypted is told as such. */
import type { Message } from '../../streams/streamProtocol.ts';
import type { TlsRecords, TlsSession } from '../../streams/tls.ts';
import { expert } from '../../tree/expert.ts';
import { field, type Field } from '../../tree/field.ts';
import type { Item } from '../../tree/item.ts';
import type { Packet } from '../../tree/packet.ts';
import type { PacketBytes } from '../../tree/packetBytes.ts';
import { hexText } from '../../tree/text.ts';
import { addHandshakes, TLS_HANDSHAKE_FIELDS } from './handshake.ts';
import { ALERT_LEVELS, ALERTS, CONTENT_TYPES } from './messageNames.ts';
import { VERSIONS } from './versionNames.ts';

const TLS = field('tls', 'Transport Layer Security', 'protocol');
const LINE = field('', '', 'none');
const RECORD = field('tls.record', 'Record Layer', 'none');
const CONTENT_TYPE = field('tls.record.content_type', 'Content Type', 'uint8', { names: CONTENT_TYPES });
const OPAQUE_TYPE = field('tls.record.opaque_type', 'Opaque Type', 'uint8', { names: CONTENT_TYPES });
const VERSION = field('tls.record.version', 'Version', 'uint16', { base: 'hex', names: VERSIONS });
const LENGTH = field('tls.record.length', 'Length', 'uint16');
const CHANGE_CIPHER_SPEC = field('tls.change_cipher_spec', 'Change Cipher Spec Message', 'none');
const ALERT = field('tls.alert_message', 'Alert Message', 'none');
const ALERT_LEVEL = field('tls.alert_message.level', 'Level', 'uint8', { names: ALERT_LEVELS });
const ALERT_DESCRIPTION = field('tls.alert_message.desc', 'Description', 'uint8', { names: ALERTS });
const APPLICATION_DATA = field('tls.app_data', 'Encrypted Application Data', 'bytes');
const APPLICATION_PROTOCOL = field('tls.app_data_proto', 'Application Data Protocol', 'string');
const HEARTBEAT = field('tls.heartbeat_message', 'Heartbeat Message', 'none');
const IGNORED = field('tls.ignored_unknown_record', 'Ignored Unknown Record', 'none');

export const TLS_FIELDS: readonly Field[] = [
  TLS,
  RECORD,
  CONTENT_TYPE,
  OPAQUE_TYPE,
  VERSION,
  LENGTH,
  CHANGE_CIPHER_SPEC,
  ALERT,
  ALERT_LEVEL,
  ALERT_DESCRIPTION,
  APPLICATION_DATA,
  APPLICATION_PROTOCOL,
  HEARTBEAT,
  IGNORED,
  ...TLS_HANDSHAKE_FIELDS,
];

const HEADER = 5;
const TLS_1_3 = 0x0304;
/** Short names, as the packet list has them. */
const SHORT: Readonly<Record<number, string>> = {
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLSv1.1',
  0x0303: 'TLSv1.2',
  0x0304: 'TLSv1.3',
};
/** By the name that both ends have agreed on. */
const APPLICATIONS: Readonly<Record<string, string>> = {
  h2: 'HyperText Transfer Protocol 2',
  'http/1.1': 'Hypertext Transfer Protocol',
};
const HTTPS = 443;

export function dissectTls(packet: Packet, bytes: PacketBytes, { end, facts }: Message, name: string): void {
  const { session, encrypted } = facts as TlsRecords;
  const layer = packet.layer(TLS, bytes, bytes.length, TLS.title, name);
  const isFirst = !packet.columns.protocol.toString().match(/^(TLS|SSL)/);
  const version = session.version || (encrypted.length > 0 ? bytes.u16(bytes.begin + 1) : 0);
  packet.show({ protocol: SHORT[version] ?? 'TLS', ...(isFirst && { info: '' }) });
  if (encrypted.length === 0) {
    const line = layer.heading(LINE, bytes, bytes.begin, end - bytes.begin, IGNORED.title);
    expert(line, IGNORED, 'Warning', 'Protocol');
    note(packet, IGNORED.title);
    return;
  }
  let at = bytes.begin;
  for (const isEncrypted of encrypted) {
    const next = at + HEADER + bytes.u16(at + 3);
    addRecord(packet, layer, bytes.part(at, next), session, isEncrypted);
    at = next;
  }
}

/** Adds to what the packet list says. */
function note(packet: Packet, text: string): void {
  const { info } = packet.columns;
  packet.appendInfo(info === '' ? text : `, ${text}`);
}

function addRecord(
  packet: Packet,
  layer: Item,
  bytes: PacketBytes,
  session: TlsSession,
  isEncrypted: boolean,
): void {
  const { begin, end } = bytes;
  const type = bytes.u8(begin);
  const record = layer.heading(RECORD, bytes, begin, end - begin, RECORD.title);
  const isOpaque = type === 23 && session.version === TLS_1_3;
  record.add(isOpaque ? OPAQUE_TYPE : CONTENT_TYPE, bytes, begin, 1, type);
  record.read(VERSION, bytes, begin + 1, 2);
  record.read(LENGTH, bytes, begin + 3, 2);
  const version = SHORT[session.version || bytes.u16(begin + 1)] ?? 'TLS';
  const title = (text: string) => record.label(`${version} Record Layer: ${text}`);
  const content = bytes.part(begin + HEADER);
  switch (type) {
    case 20: {
      title('Change Cipher Spec Protocol: Change Cipher Spec');
      note(packet, 'Change Cipher Spec');
      record.heading(CHANGE_CIPHER_SPEC, bytes, content.begin, 1, CHANGE_CIPHER_SPEC.title);
      break;
    }
    case 21:
      addAlert(packet, record, content, isEncrypted, title);
      break;
    case 22: {
      const told = addHandshakes(record, content, session, isEncrypted);
      for (const message of told) note(packet, message.info);
      const name = told.length > 1 ? 'Multiple Handshake Messages' : (told[0]?.name ?? '');
      title(`Handshake Protocol: ${name}`);
      break;
    }
    case 23:
      addApplicationData(packet, record, content, session, title);
      break;
    default:
      record.heading(HEARTBEAT, content, content.begin, content.length, HEARTBEAT.title);
  }
}

function addAlert(
  packet: Packet,
  record: Item,
  content: PacketBytes,
  isEncrypted: boolean,
  title: (text: string) => void,
): void {
  const { begin, length } = content;
  if (isEncrypted || length !== 2) {
    title('Encrypted Alert');
    note(packet, 'Encrypted Alert');
    record.heading(ALERT, content, begin, length, `${ALERT.title}: Encrypted Alert`);
    return;
  }
  const [level, description] = [content.u8(begin), content.u8(begin + 1)];
  const text = `Alert (Level: ${ALERT_LEVELS[level] ?? level}, Description: ${ALERTS[description] ?? description})`;
  title(text);
  note(packet, text);
  const line = record.heading(ALERT, content, begin, 2, ALERT.title);
  line.add(ALERT_LEVEL, content, begin, 1, level);
  line.add(ALERT_DESCRIPTION, content, begin + 1, 1, description);
}

function addApplicationData(
  packet: Packet,
  record: Item,
  content: PacketBytes,
  session: TlsSession,
  title: (text: string) => void,
): void {
  const { begin, length } = content;
  const name = applicationName(packet, session);
  title(`Application Data Protocol: ${name || 'Application Data'}`);
  note(packet, 'Application Data');
  record
    .read(APPLICATION_DATA, content, begin, length)
    .label(() => `${APPLICATION_DATA.title}: ${shortHex(content)}`);
  if (name) record.generate(APPLICATION_PROTOCOL, content, name);
}

function shortHex(bytes: PacketBytes): string {
  const shown = bytes.bytes(bytes.begin, Math.min(36, bytes.length));
  return hexText(shown, '') + (bytes.length > 36 ? '…' : '');
}

/** What was agreed on, else what the port stands for. */
function applicationName(packet: Packet, { application }: TlsSession): string {
  const agreed = APPLICATIONS[application];
  if (agreed !== undefined) return agreed;
  const ports = packet.all.filter(({ field: { name } }) => name === 'tcp.port');
  return ports.some(({ value }) => value === HTTPS) ? 'Hypertext Transfer Protocol' : '';
}
