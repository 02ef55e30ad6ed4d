/** Why a frame was lost or dropped, in one sentence. */
import type { Translate } from '../../../language/message.ts';
import type { Drop } from './drop.ts';

/** @param target the end that the frame was for: `127.0.0.1:8080`; empty if it has none */
export function dropSentence(drop: Drop, target: string, t: Translate): string {
  const { queue, host } = drop;
  if (queue !== undefined) return t('Dropped: {0}.', queueText(drop, target, t));
  if (host === undefined) return wireText(drop, t);
  return t('Dropped by {0}: {1}', host, reasonText(drop, t));
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

function reasonText({ reason }: Drop, t: Translate): string {
  switch (reason) {
    case 'NO_SOCKET':
      return t('there is no socket for it.');
    case 'TCP_CSUM':
    case 'UDP_CSUM':
    case 'ICMP_CSUM':
    case 'IP_CSUM':
      return t('its checksum is wrong ({0}).', reason);
    case 'TCP_OLD_DATA':
      return t('all its bytes had come before (TCP_OLD_DATA).');
    case 'TCP_OFOMERGE':
      return t('its bytes are in the out-of-order queue already, or in a longer segment (TCP_OFOMERGE).');
    case 'TCP_OVERWINDOW':
      return t('its bytes lie beyond the window (TCP_OVERWINDOW).');
    case 'TCP_ZEROWINDOW':
      return t('the window is closed (TCP_ZEROWINDOW).');
    case 'TCP_INVALID_SEQUENCE':
      return t('its sequence numbers are old or outside the window (TCP_INVALID_SEQUENCE).');
    case 'TCP_RFC7323_PAWS':
      return t('its time stamp is older than one that came before (PAWS).');
    case 'TCP_TOO_OLD_ACK':
    case 'TCP_OLD_ACK':
      return t('its ACK is too old ({0}).', reason);
    case 'TCP_ACK_UNSENT_DATA':
      return t('it acknowledges what was never sent (TCP_ACK_UNSENT_DATA).');
    case 'TCPReqQFullDrop':
      return t('the rest of the SYN queue is kept for peers that are known (TCPReqQFullDrop).');
    case 'TCPDeferAcceptDrop':
      return t('the listener waits for data (TCP_DEFER_ACCEPT).');
    case 'TCP_OFO_QUEUE_PRUNE':
      return t(
        'it was out of order, and the memory of TCP is used up by what is in order (TCP_OFO_QUEUE_PRUNE).',
      );
    case 'PROTO_MEM':
      return t('the memory of the protocol is used up (PROTO_MEM).');
    case 'IP_INNOROUTES':
    case 'IP_OUTNOROUTES':
      return t('there is no route ({0}).', reason);
    case 'PKT_TOO_BIG':
      return t('it is longer than the next link takes (PKT_TOO_BIG).');
    case 'NEIGH_FAILED':
      return t('the next hop does not answer ARP (NEIGH_FAILED).');
    default:
      return `${reason}.`;
  }
}
