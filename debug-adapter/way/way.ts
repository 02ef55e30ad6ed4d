/** A packet's way, from what was recorded: its stations from send() to recv(). */
import { english, type Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import { momentOf } from '../sequence/calls.ts';
import { connectionLabel, sourceEnd } from '../sequence/ends.ts';
import type { Happening, HappeningOf } from '../sequence/happening.ts';
import type { PacketFate } from '../protocol.ts';
import { functionOf, type Places } from './code.ts';
import type { StationKind, WayArguments, WayPacket, WayResponse, WayStation } from './data.ts';
import type { Step, StepKind } from './step.ts';

/** How many packets are listed. */
const MOST_PACKETS = 300;

/** How many reads of one packet are shown: the first ones and the last ones. */
const READS = 4;

type Sent = HappeningOf<'sent'>;

export function wayOf(
  happenings: readonly Happening[],
  steps: readonly Step[],
  places: Places,
  { number }: WayArguments,
  t: Translate = english,
): WayResponse {
  const sent = happenings.filter((one): one is Sent => one.kind === 'sent');
  const packets = sent
    .slice(-MOST_PACKETS)
    .reverse()
    .map((one) => packetOf(one, t));
  const wanted =
    number === undefined
      ? (sent.findLast(({ facts }) => facts.payload > 0) ?? sent.at(-1))
      : sent.find(({ frame }) => frame === number);
  if (wanted === undefined) {
    if (number === undefined) return { packets, stations: [] };
    throw new UserError('packet {0} is not recorded (any more)', number);
  }
  const way = new Way(wanted, happenings, steps, places, t);
  return { packets, packet: packetOf(wanted, t), fate: way.fate, stations: way.stations };
}

function packetOf({ frame, facts }: Sent, t: Translate): WayPacket {
  const { protocol, tcp, about, payload } = facts;
  const ends = connectionLabel(sourceEnd(facts)).replace(/^\S+ /, '');
  const what = tcp === undefined ? (about ?? protocol) : tcp.flags.join('-');
  const bytes = payload === 0 ? [] : [t('{0} bytes', payload)];
  return { number: frame, label: [ends, what, ...bytes].join(' ') };
}

class Way {
  readonly stations: WayStation[] = [];
  readonly #sent: Sent;
  readonly #happenings: readonly Happening[];
  readonly #places: Places;
  readonly #own: Step[];
  readonly #t: Translate;

  constructor(
    sent: Sent,
    happenings: readonly Happening[],
    steps: readonly Step[],
    places: Places,
    t: Translate,
  ) {
    this.#t = t;
    this.#sent = sent;
    this.#happenings = happenings;
    this.#places = places;
    const { frame } = sent;
    const wire = steps.find((step) => step.kind === 'wire' && step.frame === frame);
    const buffer = wire?.buffer ?? 0;
    this.#own = steps.filter(
      (step) => step.frame === frame || (buffer !== 0 && step.buffer === buffer && step.kind !== 'wire'),
    );
    this.#sender(steps);
    this.#wire(wire);
    this.#receiver(steps);
  }

  get fate(): PacketFate {
    const last = this.stations.at(-1)!;
    if (last.kind === 'lost') return 'lost';
    if (this.stations.some(({ kind }) => kind === 'dropped')) return 'dropped';
    return this.stations.some(({ kind }) => kind === 'stack') ? 'delivered' : 'in flight';
  }

  #first(kind: StepKind): Step | undefined {
    return this.#own.find((step) => step.kind === kind);
  }

  #sender(steps: readonly Step[]): void {
    const written = this.#written(steps);
    const qdisc = this.#first('qdisc');
    const caller = written?.pid || qdisc?.pid || 0;
    const asked = this.#call(caller, (written ?? qdisc)?.event ?? this.#sent.event);
    if (asked !== undefined)
      this.#add(
        'send',
        'sender',
        `${asked.call}(${asked.arguments})`,
        asked,
        [callerText(asked)],
        undefined,
        asked.call,
      );
    if (written !== undefined) this.#step('write', 'sender', this.#t('Write queue'), written, []);
    if (qdisc !== undefined) {
      const details = qdisc.pid === 0 ? [this.#t('sent in a softirq')] : [];
      const [enqueued, dequeued] = [this.#first('enqueued'), this.#first('dequeued')];
      if (enqueued === undefined) details.push(this.#t('passes it without waiting'));
      else if (dequeued === undefined) details.push(this.#t('waits in it'));
      else details.push(this.#t('waits {0} in it', durationText(dequeued.timeNs - enqueued.timeNs)));
      this.#step('qdisc', 'sender', this.#t('Queueing discipline'), qdisc, details);
    }
    const driver = this.#first('driver');
    if (driver === undefined) return;
    const cleaned = this.#first('cleaned');
    this.#step('driver', 'sender', this.#t('TX descriptor {0}', driver.number), driver, [
      this.#t('of {0}', driver.name),
      ...(cleaned === undefined ? [] : [this.#cleaned(cleaned.timeNs - driver.timeNs)]),
    ]);
  }
  #cleaned(ns: number): string {
    return ns === 0 ? this.#t('cleaned up at once') : this.#t('cleaned up after {0}', durationText(ns));
  }
  /** The packet buffer in the write queue that its first byte was put into. */
  #written(steps: readonly Step[]): Step | undefined {
    const { facts, event, host } = this.#sent;
    if (facts.tcp === undefined || facts.payload === 0) return undefined;
    const { seq } = facts.tcp;
    const isOf = ({ socket }: Step) =>
      socket !== undefined &&
      socket.port === facts.sourcePort &&
      socket.peerPort === facts.destinationPort &&
      socket.peerAddress === facts.destination;
    return steps.findLast(
      (step) =>
        step.kind === 'write' &&
        step.host === host &&
        step.event < event &&
        isOf(step) &&
        ((seq - step.number) | 0) >= 0,
    );
  }

  #wire(wire: Step | undefined): void {
    const { frame, length, interface: name } = this.#sent;
    const loss = this.#happenings.find((one) => one.kind === 'lost' && one.frame === frame);
    const details = [this.#t('{0} bytes from {1}', length, name)];
    this.#add('wire', 'wire', this.#t('Wire'), this.#sent, details, wire);
    if (loss?.kind === 'lost')
      this.#add('lost', 'wire', this.#t('Lost'), loss, loss.reason === 'lost' ? [] : [loss.reason]);
  }

  #receiver(steps: readonly Step[]): void {
    const reads = this.#own.filter(({ kind }) => kind === 'copied');
    // A program may read a long packet byte by byte.
    const leftOut = new Set(reads.slice(READS / 2, Math.max(READS / 2, reads.length - READS / 2)));
    for (const step of this.#own) if (!leftOut.has(step)) this.#received(step);
    const merged = this.#first('merged');
    if (merged === undefined || merged.number <= 0) return;
    // Its data is read with that of the other frame.
    const read = steps.find(
      (step) => step.kind === 'copied' && step.frame === merged.number && step.event > merged.event,
    );
    if (read !== undefined) this.#received(read);
  }
  #received(step: Step): void {
    const { kind, number, name, pid, event } = step;
    switch (kind) {
      case 'stored':
        return this.#step(
          'stored',
          'receiver',
          number < 0 ? this.#t('Stored') : this.#t('RX descriptor {0}', number),
          step,
          [this.#t('of {0}', name)],
        );
      case 'napi':
        return this.#step('napi', 'receiver', 'NAPI', step, [
          this.#t('the driver has made a packet buffer of it'),
        ]);
      case 'gro':
        return this.#step('freed', 'receiver', this.#t('Joined by GRO'), step, [
          this.#t('to the segment before it'),
        ]);
      case 'stack':
        return this.#step('stack', 'receiver', this.#t('IP and above'), step, []);
      case 'backlog':
        return this.#step('backlog', 'receiver', this.#t('Backlog'), step, [
          this.#t('a process holds the socket'),
        ]);
      case 'outOfOrder':
        return this.#step('outOfOrder', 'receiver', this.#t('Out-of-order queue'), step, [
          this.#t('bytes before it are missing'),
        ]);
      case 'receive':
        return this.#step('receive', 'receiver', this.#t('Receive queue'), step, []);
      case 'merged':
        return this.#step('receive', 'receiver', this.#t('Receive queue'), step, [
          this.#t('joined to the buffer of packet {0}', number),
        ]);
      case 'copied': {
        const call = this.#call(pid, event);
        const title = call === undefined ? this.#t('Read') : `${call.call}()`;
        return this.#step('recv', 'receiver', title, step, [
          ...(call === undefined ? [] : [callerText(call)]),
          this.#t('{0} bytes', number),
        ]);
      }
      case 'freed':
        return this.#step(
          'freed',
          'receiver',
          this.#t('Freed'),
          step,
          this.#first('copied') === undefined ? [this.#t('what it said has been processed')] : [],
        );
      case 'dropped':
        return this.#step('dropped', 'receiver', this.#t('Dropped'), step, [name]);
      default:
    }
  }

  #step(kind: StationKind, side: WayStation['side'], title: string, step: Step, details: string[]): void {
    this.#add(kind, side, title, step, details, step);
  }
  #add(
    kind: StationKind,
    side: WayStation['side'],
    title: string,
    at: { event: number; timeNs: number },
    details: string[],
    step?: Step,
    call?: string,
  ): void {
    const code = functionOf(kind, this.#sent.facts.protocol, call);
    const location = code === undefined ? undefined : this.#places[code];
    this.stations.push({
      kind,
      side,
      title,
      details,
      at: momentOf({ event: at.event, timeNs: at.timeNs }),
      ...(step !== undefined && step.users > 0 && { users: step.users, dataref: step.dataref }),
      ...(code !== undefined && { code }),
      ...(location !== undefined && { location }),
    });
  }

  /** The system call in which a task was at an event. */
  #call(pid: number, event: number): HappeningOf<'enter'> | undefined {
    if (pid === 0) return undefined;
    return this.#happenings.findLast(
      (one): one is HappeningOf<'enter'> => one.kind === 'enter' && one.pid === pid && one.event <= event,
    );
  }
}

function callerText({ process, pid }: HappeningOf<'enter'>): string {
  return `${process} [pid ${pid}]`;
}
function durationText(ns: number): string {
  return ns >= 1e6 ? `${Number((ns / 1e6).toPrecision(4))} ms` : `${Number((ns / 1e3).toPrecision(4))} µs`;
}
