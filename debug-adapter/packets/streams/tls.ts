/** Where TLS records (RFC 8446 5) begin and end, and what a connection has agreed on. */
import type { StreamBytes } from './streamBytes.ts';
import type { Looking, StreamConversation, StreamProtocol } from './streamProtocol.ts';

/** What both ends have agreed on, as far as it was seen. */
export interface TlsSession {
  /** 0x0303 is TLS 1.2; 0 until a record or a server hello has told it. */
  version: number;
  /** The server's choice: `h2`. Empty if it is not known. */
  application: string;
  /** In which directions records are encrypted. */
  readonly encrypted: { forward: boolean; backward: boolean };
  /** Packets that came before the server hello. */
  early: number[];
  isAgreed: boolean;
}

/** Records that lie behind each other. */
export interface TlsRecords {
  readonly session: TlsSession;
  /** Of each record whether its sender encrypts by now. */
  readonly encrypted: readonly boolean[];
}

const HEADER = 5;
const [CHANGE_CIPHER_SPEC, HANDSHAKE, HEARTBEAT] = [20, 22, 24];
const [CLIENT_HELLO, SERVER_HELLO] = [1, 2];
const [ALPN, SUPPORTED_VERSIONS] = [16, 43];

export const TLS: StreamProtocol = {
  name: 'tls',
  title: 'TLS',
  frame(bytes, at, looking) {
    const session = sessionOf(looking.conversation);
    const { version } = session;
    const encrypted: boolean[] = [];
    let end = at;
    while (bytes.length - end >= HEADER && isRecord(bytes, end)) {
      const next = end + HEADER + bytes.uint(end + 3, 2);
      if (next > bytes.length) break;
      encrypted.push(note(bytes, end, next, session, looking.arrival.isForward));
      end = next;
    }
    noteEarly(session, looking, session.version !== version);
    const facts: TlsRecords = { session, encrypted };
    if (end > at) return { end, facts };
    const left = bytes.length - at;
    if (!looking.canWait || (left >= HEADER && !isRecord(bytes, at))) return { end: bytes.length, facts };
    return { missing: left < HEADER ? 'segment' : HEADER + bytes.uint(at + 3, 2) - left };
  },
  recognises(bytes) {
    if (bytes.length < HEADER + 1 || bytes.u8(0) !== HANDSHAKE || !isRecord(bytes, 0)) return false;
    const type = bytes.u8(HEADER);
    return type === CLIENT_HELLO || type === SERVER_HELLO;
  },
};

/** The beginning of a record of version 3.x. */
function isRecord(bytes: StreamBytes, at: number): boolean {
  const type = bytes.u8(at);
  return type >= CHANGE_CIPHER_SPEC && type <= HEARTBEAT && bytes.u8(at + 1) === 3 && bytes.u8(at + 2) <= 4;
}

function sessionOf({ memory }: StreamConversation): TlsSession {
  let found = memory.get(TLS.name) as TlsSession | undefined;
  if (!found) {
    found = {
      version: 0,
      application: '',
      encrypted: { forward: false, backward: false },
      early: [],
      isAgreed: false,
    };
    memory.set(TLS.name, found);
  }
  return found;
}

/** What both ends agree on, or a record's version, tells something of the packets before. */
function noteEarly(session: TlsSession, { arrival, changed }: Looking, isOtherVersion: boolean): void {
  if (session.isAgreed || isOtherVersion) for (const number of session.early) changed(number);
  if (session.isAgreed) session.early = [];
  else session.early.push(arrival.number);
}

/** What a record tells. @returns whether it is encrypted */
function note(bytes: StreamBytes, at: number, end: number, session: TlsSession, isForward: boolean): boolean {
  const type = bytes.u8(at);
  const direction = isForward ? 'forward' : 'backward';
  const isEncrypted = session.encrypted[direction];
  if (type === CHANGE_CIPHER_SPEC) session.encrypted[direction] = true;
  const isHello = type === HANDSHAKE && !isEncrypted && end > at + HEADER + 4;
  if (isHello && bytes.u8(at + HEADER) === SERVER_HELLO) noteServerHello(bytes, at + HEADER, end, session);
  else if (session.version === 0 && !(isHello && bytes.u8(at + HEADER) === CLIENT_HELLO))
    session.version = bytes.uint(at + 1, 2);
  return isEncrypted;
}

function noteServerHello(bytes: StreamBytes, at: number, end: number, session: TlsSession): void {
  // Type, length, version, random.
  let next = at + 4 + 2 + 32;
  if (next >= end) return;
  session.isAgreed = true;
  session.version = bytes.uint(at + 4, 2);
  next += 1 + bytes.u8(next) + 2 + 1 + 2;
  while (next + 4 <= end) {
    const [type, length] = [bytes.uint(next, 2), bytes.uint(next + 2, 2)];
    if (next + 4 + length > end) return;
    if (type === SUPPORTED_VERSIONS && length === 2) session.version = bytes.uint(next + 4, 2);
    if (type === ALPN && length > 3) session.application = bytes.latin1(next + 7, next + 4 + length);
    next += 4 + length;
  }
}
