/** Chooses which frame of a packet's stack to show first: the innermost one in its protocol's code. */
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import type { TextFrame } from './stackText.ts';

/**
 * The prefixes of a protocol's functions, where they are not its own name: `__tcp_transmit_skb`,
 * `ping_v4_sendmsg`.
 */
const FAMILIES: Record<string, string> = { ICMP: 'icmp|ping' };

/** A setter carries out a state change; the code of interest is the one that decided it. */
const SETTER = /_set_state$|^tcp_done$/;

/**
 * The index of the frame: the innermost function with the protocol's name in its own; otherwise the innermost
 * of the network layer; otherwise the innermost of the kernel.
 *
 * @param frames innermost first
 * @param protocol as displayed in the packet list: `TCP`
 */
export function openingFrame(frames: readonly TextFrame[], protocol: string): number {
  const family = new RegExp(`^_*(?:${FAMILIES[protocol] ?? protocol.toLowerCase().replace(/\W/g, '')})_`);
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
