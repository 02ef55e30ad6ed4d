/** Frames of other link types than Ethernet, for tests of the dissectors. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { be16, be32, capture, type Bytes } from './packetBuilder.ts';

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
export const inner = (frame: Bytes): Bytes => frame.slice(ETHERNET_HEADER);
export const le32 = (value: number): Bytes => be32(value).reverse();
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
export function on(link: LinkName, ...frames: Bytes[]): { link: LinkName; bytes: Bytes }[] {
  return frames.map((bytes) => ({ link, bytes }));
}

export function linkCapture(frames: readonly { link: LinkName; bytes: Bytes }[]): CapturedFrame[] {
  return capture(frames.map(({ bytes }) => bytes)).map((frame, at) => {
    const { link } = frames[at]!;
    return { ...frame, interface: link, linkType: LINK[link] };
  });
}
