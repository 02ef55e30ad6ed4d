/** The way of a packet over a slow wire, as the adapter tells it. */
import type { StationKind, WayData, WayStation } from '../../../debug-adapter/protocol.ts';

function station(
  kind: StationKind,
  side: WayStation['side'],
  title: string,
  details: string[],
  [event, microseconds]: [number, number],
  code: string,
  counts: { users?: number; dataref?: number } = { users: 1, dataref: 1 },
): WayStation {
  const at = { event, timeNs: microseconds * 1000 };
  return {
    kind,
    side,
    title,
    details,
    at,
    ...counts,
    code,
    location: { path: `/stack/${code}.ts`, line: 7, column: 1 },
  };
}

const SENDER = [
  station('send', 'sender', 'send(3, 1448 bytes)', ['client [pid 101]'], [94, 20], 'tcp_sendmsg', {}),
  station('write', 'sender', 'Write queue', [], [95, 20], 'tcp_skb_entail'),
  station('qdisc', 'sender', 'Queueing discipline', ['waits 1.2 ms in it'], [96, 20], '__dev_queue_xmit', {
    users: 1,
    dataref: 2,
  }),
  station(
    'driver',
    'sender',
    'TX descriptor 3',
    ['of eth0, cleaned up after 1.2 ms'],
    [101, 1220],
    'vnic_xmit',
    { users: 1, dataref: 2 },
  ),
];
const WIRE = station('wire', 'wire', 'Wire', ['1514 bytes from eth0'], [101, 1220], 'frame_is_out', {
  users: 1,
  dataref: 2,
});
const RECEIVER = [
  station('stored', 'receiver', 'RX descriptor 3', ['of eth0'], [114, 21_220], 'vnic_intr', {}),
  station(
    'napi',
    'receiver',
    'NAPI',
    ['the driver has made a packet buffer of it'],
    [121, 21_220],
    'napi_gro_receive',
  ),
  station('stack', 'receiver', 'IP and above', [], [132, 21_220], 'tcp_v4_rcv'),
  station('backlog', 'receiver', 'Backlog', ['a process holds the socket'], [133, 21_220], 'tcp_add_backlog'),
  station('receive', 'receiver', 'Receive queue', [], [134, 21_260], 'tcp_queue_rcv'),
  station('recv', 'receiver', 'recv()', ['server [pid 100]', '1448 bytes'], [152, 61_260], 'tcp_recvmsg'),
];
const packets = [9, 8, 7, 6].map((number) => ({
  number,
  label: `127.0.0.1:40000 → 127.0.0.1:8080 PSH-ACK ${number * 100} bytes`,
}));

export function wayOfPacket(number = 7): WayData {
  return {
    picture: 'way',
    packets,
    packet: packets.find((one) => one.number === number)!,
    fate: 'delivered',
    stations: [...SENDER, WIRE, ...RECEIVER],
  };
}
export function wayOfLostPacket(): WayData {
  const {
    code: _code,
    location: _location,
    ...lost
  } = station('lost', 'wire', 'Lost', [], [101, 1220], '', {});
  return { ...wayOfPacket(), fate: 'lost', stations: [...SENDER, WIRE, lost] };
}
