/** Fields of all other structs: packets, devices, routes, neighbours, timers, tasks. */
import {
  address,
  bytes,
  flags,
  hexadecimal,
  jiffiesMoment,
  jiffiesSpan,
  nsMoment,
  oneOf,
  unsigned,
  type FieldKind,
} from '../fieldKind.ts';
import {
  checksums,
  epollEvents,
  interfaceFlags,
  napiStates,
  nudStates,
  protocols,
  socketStates,
  socketTypes,
  addressFamilies,
  taskStates,
  tcpStates,
} from '../names.ts';

export const SKB_FIELDS: Record<string, FieldKind> = {
  len: bytes,
  data_len: bytes,
  truesize: bytes,
  tstamp: nsMoment,
  ip_summed: oneOf(checksums),
  csum: hexadecimal,
  hash: hexadecimal,
  protocol: hexadecimal,
};
export const IP_HEADER_FIELDS: Record<string, FieldKind> = {
  saddr: address,
  daddr: address,
  protocol: oneOf(protocols),
  check: hexadecimal,
  frag_off: hexadecimal,
};
export const FLOW_FIELDS: Record<string, FieldKind> = {
  saddr: address,
  daddr: address,
  flowi4_proto: oneOf(protocols),
};
export const SOCKADDR_FIELDS: Record<string, FieldKind> = {
  sin_addr: address,
  sin_family: oneOf(addressFamilies),
};
export const SOCKET_FIELDS: Record<string, FieldKind> = {
  state: oneOf(socketStates),
  type: oneOf(socketTypes),
  flags: hexadecimal,
};
export const DEVICE_FIELDS: Record<string, FieldKind> = {
  flags: flags(interfaceFlags),
  features: hexadecimal,
  priv_flags: hexadecimal,
  mtu: bytes,
  gso_max_size: bytes,
};
export const NAPI_FIELDS: Record<string, FieldKind> = { state: flags(napiStates.asBits) };
export const IFADDR_FIELDS: Record<string, FieldKind> = {
  ifa_local: address,
  ifa_address: address,
  ifa_mask: address,
  ifa_broadcast: address,
};
export const NEIGHBOUR_FIELDS: Record<string, FieldKind> = {
  nud_state: flags(nudStates),
  primary_key: address,
  confirmed: jiffiesMoment,
  updated: jiffiesMoment,
  used: jiffiesMoment,
};
export const ROUTE_FIELDS: Record<string, FieldKind> = {
  rt_gw4: address,
  nhc_gw: address,
  nh_saddr: address,
  fib_prefsrc: address,
  prefix: address,
  fnhe_daddr: address,
  fnhe_gw: address,
};
export const TIMER_FIELDS: Record<string, FieldKind> = { expires: jiffiesMoment };
export const HRTIMER_FIELDS: Record<string, FieldKind> = { expires: nsMoment };
export const EPOLL_EVENT_FIELDS: Record<string, FieldKind> = { events: flags(epollEvents) };
export const TASK_FIELDS: Record<string, FieldKind> = { __state: flags(taskStates) };
export const MACHINE_FIELDS: Record<string, FieldKind> = { now_ns: nsMoment };
export const BIND_FIELDS: Record<string, FieldKind> = { fast_rcv_saddr: address, rcv_saddr: address };

/** Names of kernel locals that hold such values. */
export const LOCAL_NAMES: Record<string, FieldKind> = {
  saddr: address,
  daddr: address,
  laddr: address,
  raddr: address,
  nexthop: address,
  gw: address,
  rto: jiffiesSpan,
  timeo: jiffiesSpan,
  state: oneOf(tcpStates),
  oldstate: oneOf(tcpStates),
  newstate: oneOf(tcpStates),
  seq: unsigned,
  end_seq: unsigned,
  ack_seq: unsigned,
  ack: unsigned,
};
