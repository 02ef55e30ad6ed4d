/** A peer made by hand: TCP segments written by a raw socket, as a foreign host would send them; and what the machine answers. */
import assert from 'node:assert/strict';
import { internetChecksum } from './tcpPacket.ts';
import type { Sockscope } from './story.ts';

export interface Segment {
  flags: string;
  seq?: number;
  ack?: number;
  window?: number;
  payload?: string;
  options?: number[];
  /** Damage the checksum. */
  corrupt?: boolean;
}
const FLAGS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32, E: 64, W: 128 };

export interface Received {
  /** As tcpdump writes them: 'S.', '.', 'R'. */
  flags: string;
  seq: number;
  ack: number;
  window: number;
  payload: Uint8Array;
  options: Uint8Array;
}

/**
 * A host 127.0.0.9 of which the machine does not know that it is its own: nobody answers for its port but who holds this object.
 * (A raw socket sends and receives for it; the kernel's own resets to its segments are dropped on the way.)
 */
export class RawPeer {
  readonly #s: Sockscope;
  readonly #fd: number;
  readonly port: number;
  readonly to: number;
  readonly address = '127.0.0.9';

  private constructor(s: Sockscope, fd: number, port: number, to: number) {
    this.#s = s;
    this.#fd = fd;
    this.port = port;
    this.to = to;
  }
  static async make(s: Sockscope, port: number, to: number): Promise<RawPeer> {
    const fd = await s.socket(s.AF_INET, s.SOCK_RAW, s.IPPROTO_TCP);
    await s.bind(fd, { address: '127.0.0.9', port: 0 });
    // What the kernel says in this host's name (nobody has such a connection: RST) must not be heard.
    s.dropFrames(
      ({ bytes, tcpFlags }) =>
        tcpFlags.includes('RST') &&
        bytes[29] === 9 &&
        ((bytes[24]! << 8) | bytes[25]!) !== 0 &&
        ((bytes[34]! << 8) | bytes[35]!) === port &&
        bytes[15] !== 0xfc,
    );
    return new RawPeer(s, fd, port, to);
  }

  async send({
    flags,
    seq = 0,
    ack = 0,
    window = 65535,
    payload = '',
    options = [],
    corrupt = false,
  }: Segment): Promise<void> {
    const data = new TextEncoder().encode(payload);
    const padded = [...options];
    while (padded.length % 4 !== 0) padded.push(1);
    const tcp = new Uint8Array(20 + padded.length + data.length);
    const view = new DataView(tcp.buffer);
    view.setUint16(0, this.port);
    view.setUint16(2, this.to);
    view.setUint32(4, seq >>> 0);
    view.setUint32(8, ack >>> 0);
    tcp[12] = ((20 + padded.length) / 4) << 4;
    tcp[13] = [...flags].reduce((bits, letter) => bits | FLAGS[letter]!, 0);
    view.setUint16(14, window);
    tcp.set(padded, 20);
    tcp.set(data, 20 + padded.length);
    const pseudo = [127, 0, 0, 9, 127, 0, 0, 1, 0, 6, tcp.length >> 8, tcp.length & 255];
    view.setUint16(16, internetChecksum(Uint8Array.from([...pseudo, ...tcp])) ^ (corrupt ? 0x5555 : 0));
    await this.#s.setsockopt(this.#fd, this.#s.SOL_IP, this.#s.IP_TOS, 0xfc);
    await this.#s.sendto(this.#fd, tcp, 0, { address: '127.0.0.1', port: 0 });
  }

  /** The next segment for this port; null: none within the time. */
  async next(ms = 10): Promise<Received | null> {
    const s = this.#s;
    const until = s.now() + ms;
    for (;;) {
      const left = until - s.now();
      if (left < 0 || (await s.poll([{ fd: this.#fd, events: s.POLLIN, revents: 0 }], left)) === 0)
        return null;
      const packet = await s.recv(this.#fd);
      const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
      if (view.getUint16(20) !== this.to || view.getUint16(22) !== this.port) continue;
      const length = (packet[32]! >> 4) * 4;
      const flags = Object.entries(FLAGS)
        .filter(([, bit]) => packet[33]! & bit)
        .map(([letter]) => letter);
      const order = 'SFRPUEW.';
      return {
        flags: flags.sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(''),
        seq: view.getUint32(24),
        ack: view.getUint32(28),
        window: view.getUint16(34),
        options: packet.slice(40, 20 + length),
        payload: packet.slice(20 + length),
      };
    }
  }
  /** The next segment must have these flags. */
  async expect(flags: string, ms = 10): Promise<Received> {
    const got = await this.next(ms);
    assert.ok(got, `[${flags}] was expected, nothing came`);
    assert.equal(got.flags, flags);
    return got;
  }
  async silence(ms = 10): Promise<void> {
    const got = await this.next(ms);
    assert.equal(got, null, got === null ? '' : `[${got.flags}] came`);
  }

  /** A handshake begun from here. Sequence numbers: ours from 1000. @returns theirs: of the next byte */
  async connect(options: number[] = [], window = 65535): Promise<number> {
    await this.send({ flags: 'S', seq: 999, options });
    const { seq, ack } = await this.expect('S.');
    assert.equal(ack, 1000);
    await this.send({ flags: '.', seq: 1000, ack: seq + 1, window });
    return (seq + 1) >>> 0;
  }
}
