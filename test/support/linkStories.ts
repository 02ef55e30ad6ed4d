/** Frames of other link types than Ethernet, several in one capture; used to compare what is said about them with tshark. */
import type { CapturedFrame } from '../../debug-adapter/packets/frame.ts';
import { inner, le32, linkCapture, on, sll, sll2 } from './linkBuilder.ts';
import { arp, be32, ping, pong, tcp, text, udp, type Bytes } from './packetBuilder.ts';

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
