/** Which process is behind an address, as system calls and state changes have shown. */
import { sourceEnd, type End } from './ends.ts';
import type { Happening } from './happening.ts';

export interface Process {
  id: number;
  name: string;
  host: string;
}
interface Ownership {
  event: number;
  process: number;
}

export class Owners {
  /** By process id. */
  readonly #processes = new Map<number, Process>();
  /** The process of each task. */
  readonly #processOf = new Map<number, number>();
  /** By keys of ends, oldest first. */
  readonly #owners = new Map<string, Ownership[]>();
  /** The host of an address that a frame has come from, or arrived at. */
  readonly #hosts = new Map<number, string>();
  /** The host that a frame has reached, by its number. */
  readonly #receivers = new Map<number, string>();

  constructor(happenings: readonly Happening[]) {
    for (const happening of happenings) this.#learn(happening);
  }

  #learn(happening: Happening): void {
    const { kind, pid, host } = happening;
    if (kind === 'enter') {
      const { processId: id } = happening;
      this.#processOf.set(pid, id);
      // A thread has its process's name.
      if (!this.#processes.has(id)) this.#processes.set(id, { id, name: happening.process, host });
    }
    if (kind === 'enter' || kind === 'exit' || kind === 'state') {
      const { socket } = happening;
      if (pid !== 0 && socket !== null && socket.port !== 0) this.#own(host, socket, happening.event, pid);
    } else if (kind === 'sent') {
      if (!happening.isOutside) this.#hosts.set(happening.facts.source, host);
      if (pid !== 0) this.#own(host, sourceEnd(happening.facts), happening.event, pid);
    } else if ((kind === 'arrived' && !happening.isOutside) || kind === 'taken')
      this.#receivers.set(happening.frame, host);
  }
  /**
   * What a task does with a socket makes it the socket's owner. A process that sends what another one's socket
   * owes (the softirq runs in its context) owns nothing: a port belongs to the first.
   */
  #own(host: string, end: End, event: number, pid: number): void {
    const process = this.#processOf.get(pid) ?? pid;
    for (const key of keysOf(host, end)) {
      const owners = this.#owners.get(key) ?? [];
      if (owners.at(-1)?.process !== process) owners.push({ event, process });
      this.#owners.set(key, owners);
    }
  }

  process(id: number): Process | undefined {
    return this.#processes.get(id);
  }
  /** The process of a task. */
  processOf(pid: number): Process | undefined {
    return this.#processes.get(this.#processOf.get(pid) ?? pid);
  }
  /** The process behind one end at a moment. */
  ownerOf(host: string, end: End, event: number): Process | undefined {
    for (const key of keysOf(host, end)) {
      const owners = this.#owners.get(key);
      if (owners === undefined) continue;
      const owner = owners.findLast((one) => one.event <= event) ?? owners[0]!;
      return this.#processes.get(owner.process);
    }
    return undefined;
  }
  /** The host that a frame reached, or would have reached; '' if that is not known. */
  receiverOf(frame: number, address: number): string {
    return this.#receivers.get(frame) ?? this.#hosts.get(address) ?? '';
  }
}

/** From the connection to the port on any address. */
function keysOf(host: string, end: End): string[] {
  const { protocol, address, port, peerAddress, peerPort } = end;
  const own = `${host} ${protocol} ${address}:${port}`;
  return [`${own} ${peerAddress}:${peerPort}`, own, `${host} ${protocol} 0:${port}`];
}
