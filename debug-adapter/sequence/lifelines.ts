/** Who takes part: a lifeline for each process, and for what answers where no process does. */
import type { SequenceLifeline } from '../protocol.ts';
import type { Conversation } from './conversations.ts';
import { addressText, otherEnd, type End } from './ends.ts';
import type { Owners, Process } from './owners.ts';

const OUTSIDE: SequenceLifeline = {
  id: 'outside',
  kind: 'outside',
  name: 'outside',
  host: '',
  addresses: [],
};
/** How many addresses a lifeline names. */
const MOST_ADDRESSES = 3;

export class Lifelines {
  readonly #owners: Owners;
  readonly #byId = new Map<string, SequenceLifeline>();
  /** The listening ends of processes that talk to themselves: each such end has a lifeline of its own. */
  readonly #apart = new Set<string>();

  constructor(owners: Owners, conversations: Iterable<Conversation>) {
    this.#owners = owners;
    for (const { asks, askingHost, answeringHost } of conversations) {
      const answers = otherEnd(asks);
      const asking = owners.ownerOf(askingHost, asks, Infinity);
      const answering = owners.ownerOf(answeringHost, answers, Infinity);
      if (asking !== undefined && asking === answering) this.#apart.add(apartKey(asking, answers));
    }
  }

  /** The lifeline of one end of a conversation, or of a listener. */
  ofEnd(host: string, end: End, event: number): SequenceLifeline {
    const process = this.#owners.ownerOf(host, end, event);
    if (process !== undefined) return this.ofProcess(process, end);
    const name = addressText(end.address, end.port);
    return this.#noted(this.#lifeline(`kernel ${host} ${name}`, { kind: 'kernel', name, host }), end);
  }
  /** @param end what it does this with, if that is a socket */
  ofProcess(process: Process, end: End | null): SequenceLifeline {
    const { id, name, host } = process;
    const isApart = end !== null && this.#apart.has(apartKey(process, end));
    const key = isApart ? `process ${id} port ${end.port}` : `process ${id}`;
    const lifeline = this.#lifeline(key, { kind: 'process', name, pid: id, host });
    return end === null ? lifeline : this.#noted(lifeline, end);
  }
  ofOutside(): SequenceLifeline {
    return OUTSIDE;
  }

  #lifeline(id: string, about: Omit<SequenceLifeline, 'id' | 'addresses'>): SequenceLifeline {
    let lifeline = this.#byId.get(id);
    if (lifeline === undefined) this.#byId.set(id, (lifeline = { id, ...about, addresses: [] }));
    return lifeline;
  }
  #noted(lifeline: SequenceLifeline, { address, port }: End): SequenceLifeline {
    const { addresses } = lifeline;
    if (port === 0 || addresses.length === MOST_ADDRESSES) return lifeline;
    const text = addressText(address, port);
    if (!addresses.includes(text)) addresses.push(text);
    return lifeline;
  }
}

function apartKey({ id }: Process, { protocol, port }: End): string {
  return `${id} ${protocol} ${port}`;
}
