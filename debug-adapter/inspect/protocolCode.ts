/** Which frame of a packet's stack to look at first: the innermost one of its own protocol's code. */
import { isIn, KERNEL_CODE } from '../../stack/debugger/places.ts';
import type { TextFrame } from './stackText.ts';

/** What a protocol's functions are called, where that is not its own name: `__tcp_transmit_skb`, `ping_v4_sendmsg`. */
const FAMILIES: Record<string, string> = { ICMP: 'icmp|ping' };

/** A setter is where a state changes; what one looks for is the code that decided it. */
const SETTER = /_set_state$/;

/**
 * Index of the frame: the innermost function that bears the protocol's name, as the kernel's functions do; without one the
 * innermost of the network layer; without that the innermost of the kernel.
 *
 * @param frames innermost first
 * @param protocol as in the packet list: `TCP`
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
