/** Which value of which connection a question "why" is about, and what is noted of it: in the machine's thread. */
import { UserError } from '../../language/userError.ts';
import { TOLD_VALUES } from '../../stack/capture/value_reason.ts';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { inet_timewait_sock } from '../../stack/include/net/inet_timewait_sock.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import { sk_unhashed, sock_common } from '../../stack/include/net/sock.ts';
import { TCP_CLOSE } from '../../stack/include/uapi/linux/tcp.ts';
import type { ValueChange, ValueName } from '../packets/cause/valueChange.ts';
import { socketKey, type SocketKey, type ValueTracker } from '../recording/valueTracker.ts';
import type { Handles } from './handles.ts';
import { Held } from './held.ts';
import { endpointsOf } from './presenters/sock.ts';
import type { Trees } from './trees/trees.ts';

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
  ['tw_substate', 'tw_substate'],
]);

/** The value of a socket that a field stands for; undefined: its changes are not noted. */
function valueOf(
  owner: unknown,
  name: string,
): { socket: sock_common; value: ValueName; now: number } | undefined {
  const value = NAMES.get(name);
  if (value === undefined || !(owner instanceof sock_common)) return undefined;
  if (owner instanceof inet_timewait_sock) {
    if (value !== 'tw_substate' && value !== 'skc_state') return undefined;
    // The kernel does not write into it when it ends.
    return { socket: owner, value, now: isEnded(owner) ? TCP_CLOSE : owner[value] };
  }
  if (value === 'skc_state') {
    const isNoted = owner instanceof tcp_sock || owner instanceof request_sock;
    return isNoted ? { socket: owner, value, now: owner.skc_state } : undefined;
  }
  if (value === 'tw_substate' || !(owner instanceof tcp_sock)) return undefined;
  return { socket: owner, value, now: owner[value] };
}

/** It is in no table any more. */
const isEnded = (tw: inet_timewait_sock): boolean => sk_unhashed(tw) && tw.tw_tb === null;

/** Whether the changes of a field are noted. */
export function isTold(field: { owner: object; name: string } | undefined): boolean {
  return field !== undefined && valueOf(field.owner, field.name) !== undefined;
}

export class Why {
  readonly #handles: Handles;
  readonly #trees: Trees;
  /** Notes why values change; null in a run that repeats one, which has noted it. */
  values: ValueTracker | null = null;

  constructor(handles: Handles, trees: Trees) {
    this.#handles = handles;
    this.#trees = trees;
  }

  /** What is asked about is the value of an item. */
  item(ref: number, name: string): Asked {
    if (!this.#handles.isKnown(ref)) throw new UserError('these variables are of an earlier stop');
    return askedOf(this.#handles.stored(ref, name)?.owner, name);
  }
  /** The same of a tree's node. */
  node(id: string): Asked {
    const stored = this.#trees.stored(id);
    return askedOf(stored?.owner, stored?.name ?? id.split('/').at(-1)!);
  }
  /** The same of a field of an expression's value. */
  field(name: string, value: unknown): Asked {
    return askedOf(Held.open(value), name);
  }
  /** The newest change of a value up to an event. */
  change(socket: SocketKey, value: ValueName, event: number): ValueChange | null {
    return this.values?.newest(socket, value, event) ?? null;
  }
}

/** Whose value a field is, and which. @throws UserError unless changes of it are noted */
function askedOf(owner: unknown, name: string): Asked {
  const found = valueOf(owner, name);
  if (found === undefined)
    throw new UserError(
      'Why {0} has its value is not noted, but of these fields of a tcp_sock: {1}',
      name,
      [...NAMES.keys()].join(', '),
    );
  const { socket, value, now } = found;
  return { socket: socketKey(socket), value, of: endpointsOf(socket), now };
}
