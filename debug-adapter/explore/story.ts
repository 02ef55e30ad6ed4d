/** Notes what happens in a run, for the short story of a failure: packets, states, errors of calls, words of the programs. */
import type { Fault } from '../../stack/fault_config.ts';
import { EAGAIN, EINPROGRESS, IS_ERR } from '../../stack/include/uapi/asm-generic/errno.ts';
import { frame_bytes, type World } from '../../stack/index.ts';
import { tcpStateName } from '../../stack/trace/text.ts';
import { errnoName } from '../../stack/user/errors.ts';
import { link_name } from '../../stack/world/links.ts';

/** What a packet's line needs: all headers, and the beginning of what they carry. */
const KEPT_BYTES = 512;
/** What a program that does not block is told all the time. */
const ORDINARY: readonly unknown[] = [-EAGAIN, -EINPROGRESS];
/** So much is kept: the newest. */
const KEPT_HAPPENINGS = 2000;

export type Happening = { event: number; timeNs: number } & (
  | { kind: 'packet'; link: string; number: number; bytes: Uint8Array; length: number; fate?: string }
  | { kind: 'text'; who: string; text: string }
);

export class Story {
  readonly #world: World;
  readonly #happenings: Happening[] = [];

  constructor(world: World, faults: readonly Fault[]) {
    this.#world = world;
    const sent = new Map<string, number>();
    const packets = new Map<number, Happening & { kind: 'packet' }>();
    world.capture = {
      sent: (frame, { machine, name }) => {
        const link = link_name(world, machine.hostname, name);
        const count = (sent.get(link) ?? 0) + 1;
        sent.set(link, count);
        const bytes = frame_bytes(frame);
        const happened = faults.filter(
          (fault) => fault.kind !== 'kill' && fault.link === link && fault.frame === count,
        );
        const packet: Happening & { kind: 'packet' } = {
          ...this.#now,
          kind: 'packet',
          link,
          number: count,
          bytes: bytes.slice(0, KEPT_BYTES),
          length: bytes.length,
          ...(happened.length === 0 ? {} : { fate: happened.map(({ kind }) => kind).join(', ') }),
        };
        packets.set(frame.number, packet);
        this.#note(packet);
      },
      received() {},
      lost: (frame, reason) => {
        const packet = packets.get(frame.number);
        if (packet !== undefined) packet.fate ??= reason;
      },
    };
    const { tracer } = world;
    tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
      if (from === to) return;
      const states = [from, to].map((state) => tcpStateName(state).replace('TCP_', ''));
      this.#say('kernel', `port ${sk.skc_num}: ${states.join(' → ')}`);
    });
    tracer.on('syscalls:sys_exit', (task, name, result) => {
      if (IS_ERR(result) && !ORDINARY.includes(result))
        this.#say(task.comm, `${name}() fails with ${errnoName(result)}`);
    });
    const kills = faults.filter((fault) => fault.kind === 'kill');
    tracer.on('sched:sched_process_exit', ({ comm }) => {
      const at = kills.findIndex(({ process, event }) => process === comm && event < world.event);
      if (at >= 0) kills.splice(at, 1);
      this.#say(comm, at >= 0 ? 'the process is killed' : 'the process ends');
    });
  }

  /** A program has written something. */
  said(stream: string, text: string, process: string): void {
    for (const line of text.trimEnd().split('\n'))
      this.#say(process, stream === 'stderr' ? `${line}  (stderr)` : line);
  }

  get happenings(): readonly Happening[] {
    return this.#happenings;
  }

  get #now(): { event: number; timeNs: number } {
    return { event: this.#world.event, timeNs: this.#world.time_ns };
  }
  #say(who: string, text: string): void {
    this.#note({ ...this.#now, kind: 'text', who, text });
  }
  #note(happening: Happening): void {
    this.#happenings.push(happening);
    if (this.#happenings.length > KEPT_HAPPENINGS) this.#happenings.shift();
  }
}
