/** Chooses which frame of a packet's stack to show first: the innermost one in its protocol's code. */
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import type { TextFrame } from './stackText.ts';

/** The prefixes of a protocol's functions, by its name in a filter: `__tcp_transmit_skb`, `ping_v4_sendmsg`. */
const FAMILIES: Readonly<Record<string, string>> = { tcp: 'tcp', udp: 'udp', icmp: 'icmp|ping', arp: 'arp' };

/** A setter carries out a state change; the code of interest is the one that decided it. */
const SETTER = /_set_state$|^tcp_done$/;

/**
 * The index of the frame: the innermost function with the protocol's name in its own; otherwise the innermost
 * of the network layer; otherwise the innermost of the kernel. The kernel knows no application's protocol, and what
 * an ICMP error quotes has other code.
 *
 * @param frames innermost first
 * @param protocols of the packet, from outside to inside: `eth`, `ip`, `tcp`, `http`
 */
export function openingFrame(frames: readonly TextFrame[], protocols: readonly string[]): number {
  const own = protocols.find((name) => Object.hasOwn(FAMILIES, name)) ?? 'ip';
  const family = new RegExp(`^_*(?:${FAMILIES[own] ?? own})_`);
  const rules: ((frame: TextFrame) => boolean)[] = [
    ({ name }) => family.test(name) && !SETTER.test(name),
    ({ url }) => isIn(KERNEL_CODE.network, url) && !isIn(KERNEL_CODE.anyProtocol, url),
    ({ url }) => !isIn(KERNEL_CODE.hardware, url),
  ];
  for (const rule of rules) {
    const index = frames.findIndex(rule);
    if (index >= 0) return index;
  }
  return 0;
}
