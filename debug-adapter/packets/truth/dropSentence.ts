/** Why a frame was lost or dropped, in one sentence. */
import type { Translate } from '../../../language/message.ts';
import type { Drop } from './drop.ts';
import { dropReason } from './dropReason.ts';

/** @param target the end that the frame was for: `127.0.0.1:8080`; empty if it has none */
export function dropSentence(drop: Drop, target: string, t: Translate): string {
  const { queue, host, reason, detail } = drop;
  if (queue !== undefined) return t('Dropped: {0}.', queueText(drop, target, t));
  if (host === undefined) return wireText(drop, t);
  return t('Dropped by {0}: {1}', host, dropReason(reason, detail));
}

/** `accept queue of 127.0.0.1:8080 full, 3 of 2` */
function queueText(
  { queue, length = 0, limit = 0, interface: port = '' }: Drop,
  target: string,
  t: Translate,
): string {
  switch (queue!) {
    case 'accept':
      return t('accept queue of {0} full, {1} of {2}', target, length, limit);
    case 'syn':
      return t('SYN queue of {0} full, {1} of {2}', target, length, limit);
    case 'backlog':
      return t('backlog of {0} full, {1} of {2} bytes of memory', target, length, limit);
    case 'receive':
      return t('receive buffer of {0} full, {1} of {2} bytes of memory', target, length, limit);
    case 'qdisc':
      return t('queue of the NIC (qdisc) full, {0} of {1}', length, limit);
    case 'cpu':
      return t('backlog of the CPU full, {0} of {1} packets', length, limit);
    case 'neighbour':
      return t('too many wait for the address of their neighbour, {0} of {1} bytes of memory', length, limit);
    case 'rx_ring':
      return t('receive ring of {0} full, {1} of {2} descriptors', port, length, limit);
  }
}

function wireText({ reason }: Drop, t: Translate): string {
  switch (reason) {
    case 'lost':
      return t('Lost on the wire.');
    case 'unplugged':
      return t('Lost: the wire to the outside is unplugged.');
    case 'dropped in the debugger':
      return t('You have dropped it in the debugger.');
    case 'interface down':
      return t('Lost: the interface is down.');
    default:
      return t('Lost: {0}.', reason);
  }
}
