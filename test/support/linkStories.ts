/** Frames of other link types than Ethernet, several in one capture; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { arp, be16, be32, capture, ping, pong, tcp, text, udp, type Bytes } from './packetBuilder.ts';

const ETHERNET_HEADER = 14;
export const LINK = {
  null: 0,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
} as const;
export type LinkName = keyof typeof LINK;

/** A packet without the Ethernet header that it was built with. */
const inner = (frame: Bytes): Bytes => frame.slice(ETHERNET_HEADER);
const le32 = (value: number): Bytes => be32(value).reverse();
const OWN = [2, 0, 0, 0, 0, 1];

export interface Cooked {
  packetType?: number;
  hardware?: number;
  /** Eight bytes at most. */
  address?: Bytes;
  protocol?: number;
}

function eightBytes(address: Bytes): Bytes {
  return [...address, ...Array<number>(8).fill(0)].slice(0, 8);
}

/** Linux's cooked capture, version 1. */
export function sll(payload: Bytes, cooked: Cooked = {}): Bytes {
  const { packetType = 0, hardware = 1, address = OWN, protocol = 0x0800 } = cooked;
  const head = [...be16(packetType), ...be16(hardware), ...be16(address.length)];
  return [...head, ...eightBytes(address), ...be16(protocol), ...payload];
}

/** The same, version 2. */
export function sll2(payload: Bytes, cooked: Cooked = {}): Bytes {
  const { packetType = 0, hardware = 1, address = OWN, protocol = 0x0800 } = cooked;
  const head = [...be16(protocol), 0, 0, ...be32(3), ...be16(hardware), packetType, address.length];
  return [...head, ...eightBytes(address), ...payload];
}

/** Frames on an interface of a link type, which is named by it. */
function on(link: LinkName, ...frames: Bytes[]): { link: LinkName; bytes: Bytes }[] {
  return frames.map((bytes) => ({ link, bytes }));
}

export function linkCapture(frames: readonly { link: LinkName; bytes: Bytes }[]): CapturedFrame[] {
  return capture(frames.map(({ bytes }) => bytes)).map((frame, at) => {
    const { link } = frames[at]!;
    return { ...frame, interface: link, linkType: LINK[link] };
  });
}

const syn = inner(tcp({ flags: 'SYN', seq: 1000 }));
const datagram = inner(udp({ payload: 'hello' }));
const asked = inner(ping(1, 1));
const answered = inner(pong(1, 1));
const request = inner(
  arp({ opcode: 1, senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.0.2' }),
);
const llc = [2, 2, 3, ...text('tree')];

export const LINK_STORIES: Record<string, () => CapturedFrame[]> = {
  'one connection over interfaces of several link types': () =>
    linkCapture([
      ...on('raw', syn, [0x90, ...text('neither version')], [...Array<number>(10).fill(0), ...datagram]),
      ...on('null', [...le32(2), ...asked], [...be32(2), ...answered]),
      ...on(
        'null',
        [...le32(99), ...text('other')],
        [...be32(0x0800), ...datagram],
        [...le32(0x0800), ...datagram],
      ),
      ...on('null', [0, 8, 0x63, 0, ...text('what')], [0, 1, 2, 3, ...text('what')]),
      ...on('loop', [...be32(2), ...asked], [...le32(2), ...asked]),
      ...on('sll', sll(answered), sll(asked, { packetType: 4, hardware: 772, address: [0, 0, 0, 0, 0, 0] })),
      ...on('sll', sll(datagram, { packetType: 1, address: [1, 2, 3, 4, 5, 6, 7, 8] })),
      ...on('sll', sll(datagram, { packetType: 2, hardware: 512, address: [10, 0, 0, 1] })),
      ...on('sll', sll(datagram, { packetType: 3, hardware: 65534, address: [] })),
      ...on('sll', sll(datagram, { packetType: 9, hardware: 778 }), sll([...datagram, 0, 0, 0, 0])),
      ...on('sll', sll(llc, { protocol: 4 }), sll(request, { protocol: 0x0806, packetType: 1 })),
      ...on('sll', sll(text('what'), { protocol: 0x9999 }), sll([], { protocol: 0x9999 })),
      ...on('sll', sll(text('what'), { protocol: 0x80 }), sll(ping(2, 1), { protocol: 3 })),
      ...on('sll2', sll2(syn), sll2(asked, { packetType: 4, hardware: 772, address: [0, 0, 0, 0, 0, 0] })),
      ...on('sll2', sll2(datagram, { address: [1, 2, 3] }), sll2(llc, { protocol: 4 })),
      ...on('sll2', sll2(text('what'), { protocol: 0x9999, packetType: 2 })),
      ...on('rawBsd', answered),
      ...on('rawOpenBsd', datagram),
      ...on('ipv4', syn, [0x94, ...datagram.slice(1)], []),
    ]),
  'headers cut off': () =>
    linkCapture([
      ...prefixes(sll(text('what'), { protocol: 0x9999 })).flatMap((bytes) => on('sll', bytes)),
      ...prefixes(sll2(text('what'), { protocol: 0x9999 })).flatMap((bytes) => on('sll2', bytes)),
      ...prefixes([...le32(2), ...datagram.slice(0, 12)]).flatMap((bytes) => on('null', bytes)),
      ...prefixes(datagram.slice(0, 12)).flatMap((bytes) => on('raw', bytes)),
    ]),
};

function prefixes(bytes: Bytes): Bytes[] {
  return bytes.map((_, at) => bytes.slice(0, at));
}
