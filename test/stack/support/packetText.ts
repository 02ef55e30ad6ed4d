/** A captured frame in one line, in the words of tcpdump. Sequence numbers are relative to each direction's first. */

/** What was seen of a frame: the line's parts, so that a test can name only those that it cares about. */
export interface PacketText {
  /** ns since boot. */
  timeNs: number;
  from: string;
  to: string;
  /** '[S]', '[S.]', '[P.]', 'UDP', 'ICMP' … */
  what: string;
  /** 'seq 1:6', 'ack 1', 'win 512', 'mss 1460' …, each as it may stand in an expected line. */
  details: string[];
  /** It never arrived. */
  lost: boolean;
}

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const URG = 32;
const ECE = 64;
const CWR = 128;

const ICMP_TYPES: Record<number, string> = {
  0: 'echo reply',
  3: 'unreachable',
  8: 'echo request',
  11: 'time exceeded',
};
const UNREACHABLE: Record<number, string> = {
  0: 'net',
  1: 'host',
  2: 'protocol',
  3: 'port',
  4: 'need to frag',
};

/** Names the ends of conversations, and remembers where their sequence numbers begin. */
export class PacketReader {
  /** Initial sequence numbers by 'from>to' ports. */
  #first = new Map<string, number>();
  #names = new Map<number, string>();

  /** The name of a port: what was given, S for those below the ephemeral ones, C, C2, C3 … for the others. */
  name(port: number): string {
    let name = this.#names.get(port);
    if (name === undefined) {
      const letter = port < 32768 ? 'S' : 'C';
      const others = [...this.#names.values()].filter((other) => other.startsWith(letter)).length;
      name = others === 0 ? letter : `${letter}${others + 1}`;
      this.#names.set(port, name);
    }
    return name;
  }
  setName(port: number, name: string): void {
    this.#names.set(port, name);
  }

  read(bytes: Uint8Array, timeNs: number): PacketText {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const other: PacketText = {
      timeNs,
      from: '-',
      to: '-',
      what: '',
      details: [`length ${bytes.length - 14}`],
      lost: false,
    };
    if (view.getUint16(12) === 0x0806) return { ...other, what: 'ARP' };
    const headerLength = (view.getUint8(14) & 15) * 4;
    const protocol = view.getUint8(23);
    const at = 14 + headerLength;
    const fragment = view.getUint16(20);
    const fragmentOffset = (fragment & 0x1fff) * 8;
    const ip = { ...other, from: address(view, 26), to: address(view, 30) };
    if (fragmentOffset > 0)
      return {
        ...ip,
        what: 'IP',
        details: [`offset ${fragmentOffset}`, fragment & 0x2000 ? 'more' : 'last'],
      };
    // A packet of 64 KiB and more leaves the header's length field at 0.
    const end = view.getUint16(16) === 0 ? bytes.length : 14 + view.getUint16(16);
    if (protocol === 6) return this.#tcp(view, at, end, timeNs);
    if (protocol === 17) {
      const details = [`length ${view.getUint16(at + 4) - 8}`];
      if (fragment & 0x2000) details.push('more');
      return {
        ...ip,
        from: this.name(view.getUint16(at)),
        to: this.name(view.getUint16(at + 2)),
        what: 'UDP',
        details,
      };
    }
    if (protocol === 1) return { ...ip, what: 'ICMP', details: icmpDetails(view, at, end) };
    return { ...ip, what: 'IP', details: [`protocol ${protocol}`, `length ${end - at}`] };
  }

  #tcp(view: DataView, at: number, end: number, timeNs: number): PacketText {
    const source = view.getUint16(at);
    const destination = view.getUint16(at + 2);
    const flags = view.getUint8(at + 13);
    const headerLength = (view.getUint8(at + 12) >> 4) * 4;
    const length = end - at - headerLength;
    const rawSeq = view.getUint32(at + 4);
    const rawAck = view.getUint32(at + 8);
    const key = `${source}>${destination}`;
    const back = `${destination}>${source}`;
    if (flags & SYN || !this.#first.has(key))
      this.#first.set(key, flags & SYN || (flags & RST && rawSeq === 0) ? rawSeq : rawSeq - 1);
    if (flags & ACK && !this.#first.has(back)) this.#first.set(back, (rawAck - 1) >>> 0);
    const seq = (rawSeq - this.#first.get(key)!) | 0;
    const ack = (rawAck - (this.#first.get(back) ?? 0)) | 0;
    const details: string[] = [];
    if (length > 0) details.push(`seq ${seq}:${seq + length}`, `length ${length}`);
    else details.push(`seq ${seq}`, 'length 0');
    if (flags & ACK) details.push(`ack ${ack}`);
    details.push(`win ${view.getUint16(at + 14)}`);
    if (flags & URG) details.push(`urg ${view.getUint16(at + 18)}`);
    details.push(...this.#options(view, at + 20, at + headerLength, this.#first.get(back) ?? 0));
    return {
      timeNs,
      from: this.name(source),
      to: this.name(destination),
      what: `[${flagsText(flags)}]`,
      details,
      lost: false,
    };
  }

  #options(view: DataView, at: number, end: number, sackBase: number): string[] {
    const texts: string[] = [];
    while (at < end) {
      const kind = view.getUint8(at);
      if (kind === 0) break;
      if (kind === 1) {
        at++;
        continue;
      }
      const length = view.getUint8(at + 1);
      if (kind === 2) texts.push(`mss ${view.getUint16(at + 2)}`);
      else if (kind === 3) texts.push(`wscale ${view.getUint8(at + 2)}`);
      else if (kind === 4) texts.push('sackOK');
      else if (kind === 5) {
        for (let block = at + 2; block < at + length; block += 8) {
          texts.push(
            `sack ${(view.getUint32(block) - sackBase) | 0}:${(view.getUint32(block + 4) - sackBase) | 0}`,
          );
        }
      } else if (kind === 8) texts.push('TS');
      else texts.push(`option ${kind}`);
      at += Math.max(length, 2);
    }
    return texts;
  }
}

function flagsText(flags: number): string {
  const letters: [number, string][] = [
    [SYN, 'S'],
    [FIN, 'F'],
    [RST, 'R'],
    [PSH, 'P'],
    [URG, 'U'],
    [ECE, 'E'],
    [CWR, 'W'],
    [ACK, '.'],
  ];
  return letters.map(([bit, letter]) => (flags & bit ? letter : '')).join('');
}
function address(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((i) => view.getUint8(at + i)).join('.');
}
function icmpDetails(view: DataView, at: number, end: number): string[] {
  const type = view.getUint8(at);
  const code = view.getUint8(at + 1);
  if (type === 3) return [`${UNREACHABLE[code] ?? code} unreachable`];
  const name = ICMP_TYPES[type] ?? `type ${type}`;
  if (type === 0 || type === 8)
    return [name, `id ${view.getUint16(at + 4)}`, `seq ${view.getUint16(at + 6)}`, `length ${end - at - 8}`];
  return [name];
}

/** '0.200010  C > S  [P.] seq 1:6 ack 1 win 512' */
export function packetLine({ timeNs, from, to, what, details, lost }: PacketText): string {
  const time = (timeNs / 1e9).toFixed(6);
  return `${time}  ${from} > ${to}  ${what} ${details.filter((one) => !/^(length 0|TS)$/.test(one)).join(' ')}${lost ? '  lost' : ''}`;
}

/**
 * Does a packet look as an expected line says? `0.2  C > S  [P.] seq 1:6 lost`: the time to as many decimals as are written ('-': any),
 * who to whom, the flags or protocol, and of the details those that are named. `lost` must be said of a lost packet.
 */
export function packetMatches(packet: PacketText, line: string): boolean {
  const match = /^\s*(-|[\d.]+)\s+(\S+) > (\S+)\s+(\[\S+\]|\S+)\s*(.*?)\s*$/.exec(line);
  if (match === null)
    throw new Error(`this is no packet: "${line.trim()}"  (write: 0.000010  C > S  [S] seq 0)`);
  const [, time, from, to, what, rest] = match as unknown as [string, string, string, string, string, string];
  const decimals = time.split('.')[1]?.length ?? 0;
  if (time !== '-' && (packet.timeNs / 1e9).toFixed(decimals) !== Number(time).toFixed(decimals))
    return false;
  if (from !== packet.from || to !== packet.to || what !== packet.what) return false;
  let left = ` ${rest} `;
  const lost = / lost $/.test(left);
  if (lost) left = left.replace(/ lost $/, ' ');
  if (lost !== packet.lost) return false;
  // Take away what is there; what remains is not.
  for (const detail of packet.details)
    if (left.includes(` ${detail} `)) left = left.replace(` ${detail} `, ' ');
  return left.trim() === '';
}
