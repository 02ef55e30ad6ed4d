/**
 * Writes captures in the pcapng format.
 *
 * Source: draft-ietf-opsawg-pcapng: section header block, interface description block, enhanced packet block.
 */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
const OPT_ENDOFOPT = 0;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const SHB_USERAPPL = 4;
const OPT_COMMENT = 1;

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Options of a block: code and value of each, and the end-of-options mark. */
function optionBytes(options: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  if (options.length === 0) return new Uint8Array(0);
  const size = options.reduce((sum, [, value]) => sum + 4 + padded(value.length), 4);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint16(at, OPT_ENDOFOPT, true);
  return bytes;
}

function block(type: number, body: Uint8Array): Uint8Array {
  const total = 12 + padded(body.length);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  bytes.set(body, 8);
  view.setUint32(total - 4, total, true);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const text = (value: string) => new TextEncoder().encode(value);

/** The block at the beginning of a file. */
function sectionHeader(): Uint8Array {
  const section = new Uint8Array(16);
  const view = new DataView(section.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, -1n, true);
  return block(0x0a0d0d0a, joined(section, optionBytes([[SHB_USERAPPL, text('Sockscope')]])));
}

/** An interface with time stamps in ns. */
function interfaceDescription(name: string, linkType: number): Uint8Array {
  const description = new Uint8Array(8);
  new DataView(description.buffer).setUint16(0, linkType, true);
  const options = optionBytes([
    [IF_NAME, text(name)],
    [IF_TSRESOL, new Uint8Array([9])],
  ]);
  return block(1, joined(description, options));
}

/** One packet of a capture. */
export interface PcapngPacket {
  /** The sending interface: 'lo', 'client eth0'. */
  interfaceName: string;
  /** What its frames begin with, as a LINKTYPE_ number; Ethernet if omitted. */
  linkType?: number | undefined;
  /** ns since 1970. */
  realTimeNs: bigint;
  bytes: Uint8Array;
  /** Length on the wire, which differs when `bytes` is truncated. */
  length: number;
  /** Wireshark shows each, in this order. */
  comments?: readonly string[] | undefined;
}

/** Creates a file's blocks, packet by packet; an interface is described before its first packet. */
export class PcapngWriter {
  /** By link type and name. */
  readonly #interfaces = new Map<string, number>();

  /** @param first the interface that is described even if it has no packets */
  header(first: string): Uint8Array {
    return joined(sectionHeader(), this.#describe(first, LINKTYPE_ETHERNET));
  }

  packet({
    interfaceName,
    linkType = LINKTYPE_ETHERNET,
    realTimeNs,
    bytes,
    length,
    comments = [],
  }: PcapngPacket): Uint8Array {
    const described: Uint8Array[] = [];
    const key = interfaceKey(interfaceName, linkType);
    if (!this.#interfaces.has(key)) described.push(this.#describe(interfaceName, linkType));
    const head = new Uint8Array(20);
    const view = new DataView(head.buffer);
    view.setUint32(0, this.#interfaces.get(key)!, true);
    view.setUint32(4, Number(realTimeNs >> 32n), true);
    view.setUint32(8, Number(realTimeNs & 0xffffffffn), true);
    view.setUint32(12, bytes.length, true);
    view.setUint32(16, length, true);
    const data = new Uint8Array(padded(bytes.length));
    data.set(bytes);
    const options = optionBytes(comments.map((comment) => [OPT_COMMENT, text(comment)] as const));
    return joined(...described, block(6, joined(head, data, options)));
  }

  #describe(name: string, linkType: number): Uint8Array {
    this.#interfaces.set(interfaceKey(name, linkType), this.#interfaces.size);
    return interfaceDescription(name, linkType);
  }
}

const interfaceKey = (name: string, linkType: number) => `${linkType} ${name}`;
