/** Ethernet addresses. @linux include/linux/etherdevice.h */
import type { Machine } from '../../machine.ts';
import { get_random_u32 } from '../../lib/random.ts';
import { ETH_P_802_3_MIN } from './if_ether.ts';
import { ETH_ALEN, type net_device } from './netdevice.ts';
import type { be16 } from './types.ts';

/** Are the six bytes at `at` all zero? @linux include/linux/etherdevice.h */
export function is_zero_ether_addr(addr: Uint8Array, at = 0): boolean {
  return (addr[at]! | addr[at + 1]! | addr[at + 2]! | addr[at + 3]! | addr[at + 4]! | addr[at + 5]!) === 0;
}
/**
 * Whether the lowest bit of the first byte is set; the broadcast address is a multicast address too.
 *
 * @linux include/linux/etherdevice.h
 */
export function is_multicast_ether_addr(addr: Uint8Array, at = 0): boolean {
  return (addr[at]! & 0x01) !== 0;
}
/** ff:ff:ff:ff:ff:ff? @linux include/linux/etherdevice.h */
export function is_broadcast_ether_addr(addr: Uint8Array, at = 0): boolean {
  return (addr[at]! & addr[at + 1]! & addr[at + 2]! & addr[at + 3]! & addr[at + 4]! & addr[at + 5]!) === 0xff;
}
/** Whether the address can belong to a single interface. @linux include/linux/etherdevice.h */
export function is_valid_ether_addr(addr: Uint8Array): boolean {
  return !is_multicast_ether_addr(addr) && !is_zero_ether_addr(addr);
}
/** Are two addresses the same? @linux include/linux/etherdevice.h */
export function ether_addr_equal(a: Uint8Array, b: Uint8Array, at = 0): boolean {
  for (let i = 0; i < ETH_ALEN; i++) if (a[at + i] !== b[i]) return false;
  return true;
}
/** Copy six bytes. @linux include/linux/etherdevice.h */
export function ether_addr_copy(dst: Uint8Array, src: Uint8Array): void {
  for (let i = 0; i < ETH_ALEN; i++) dst[i] = src[i]!;
}
/** Set the address to ff:ff:ff:ff:ff:ff. @linux include/linux/etherdevice.h */
export function eth_broadcast_addr(addr: Uint8Array): void {
  addr.fill(0xff);
}
/** Set the address to 00:00:00:00:00:00. @linux include/linux/etherdevice.h */
export function eth_zero_addr(addr: Uint8Array): void {
  addr.fill(0);
}
/**
 * A random address for a device without one of its own: unicast, marked as locally administered.
 *
 * @linux include/linux/etherdevice.h
 */
export function eth_random_addr(machine: Machine, addr: Uint8Array): void {
  const high = get_random_u32(machine);
  const low = get_random_u32(machine);
  for (let i = 0; i < ETH_ALEN; i++) addr[i] = i < 4 ? high >>> (i * 8) : low >>> ((i - 4) * 8);
  addr[0] = (addr[0]! & 0xfe) | 0x02;
}
/** Set the device's address. @linux include/linux/etherdevice.h */
export function eth_hw_addr_set(dev: net_device, addr: Uint8Array): void {
  ether_addr_copy(dev.dev_addr, addr);
}
/** Whether the header's last field is an EtherType and not a length. @linux include/linux/etherdevice.h */
export function eth_proto_is_802_3(proto: be16): boolean {
  return proto >= ETH_P_802_3_MIN;
}
