/** Which value of which connection a question "why" is about: in the machine's thread. */
import { UserError } from '../../language/userError.ts';
import { TOLD_VALUES } from '../../stack/capture/value_reason.ts';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { socketKey, type SocketKey } from '../recording/valueTracker.ts';
import type { ValueName } from '../packets/cause/valueChange.ts';
import { endpointsOf } from './presenters/sock.ts';

export interface Asked {
  socket: SocketKey;
  value: ValueName;
  /** The socket's ends, as a text. */
  of: string;
  now: number;
}

const NAMES = new Map<string, ValueName>([
  ...TOLD_VALUES.map((name) => [name, name] as const),
  ['skc_state', 'skc_state'],
  ['sk_state', 'skc_state'],
  ['icsk_ca_state', 'icsk_ca_state'],
]);

/** Whether the changes of a field are noted. */
export function isTold(field: { owner: object; name: string } | undefined): boolean {
  return field !== undefined && field.owner instanceof tcp_sock && NAMES.has(field.name);
}

/** @throws UserError for anything but a value whose changes are noted */
export function askedOf(owner: unknown, name: string): Asked {
  const value = NAMES.get(name);
  if (!(owner instanceof tcp_sock) || value === undefined)
    throw new UserError(
      'Why {0} has its value is not noted, but of these fields of a tcp_sock: {1}',
      name,
      [...NAMES.keys()].join(', '),
    );
  return { socket: socketKey(owner), value, of: endpointsOf(owner), now: owner[value] };
}
