/** How much of a conversation the capture has, in Wireshark's words. */
import { SEEN } from '../tracking/tcpConversation.ts';

const HANDSHAKE = SEEN.syn | SEEN.synAck | SEEN.ack;

export function completenessText(seen: number): string {
  return `${words(seen)} (${seen})`;
}

function words(seen: number): string {
  const isClosed = (seen & (SEEN.fin | SEEN.rst)) !== 0;
  if (isClosed && (seen & HANDSHAKE) === HANDSHAKE)
    return seen & SEEN.data ? 'Complete, WITH_DATA' : 'Complete, NO_DATA';
  switch (seen) {
    case SEEN.syn:
      return 'Incomplete, SYN_SENT';
    case SEEN.syn | SEEN.synAck:
      return 'Incomplete, CLIENT_ESTABLISHED';
    case HANDSHAKE:
      return 'Incomplete, ESTABLISHED';
    case HANDSHAKE | SEEN.data:
      return 'Incomplete, DATA';
    default:
      return 'Incomplete';
  }
}
