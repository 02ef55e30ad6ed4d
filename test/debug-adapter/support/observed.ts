/** What a story's connections send and which of their values change, each with its cause; and the code that ran. */
import assert from 'node:assert/strict';
import type { sk_buff } from '../../../stack/include/linux/skbuff.ts';
import { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { RingReader, RingWriter, createRing } from '../../../stack/trace/ring.ts';
import type { World } from '../../../stack/world/world.ts';
import type { Cause } from '../../../debug-adapter/packets/cause/cause.ts';
import { decidingFrame } from '../../../debug-adapter/packets/cause/deciding.ts';
import { causeSentence } from '../../../debug-adapter/packets/cause/sentence.ts';
import {
  CHANGED_IN,
  type ChangeReason,
  type ValueChange,
  type ValueName,
} from '../../../debug-adapter/packets/cause/valueChange.ts';
import { valueSentence } from '../../../debug-adapter/packets/cause/valueSentence.ts';
import { readCause, writeCause } from '../../../debug-adapter/recording/causeRecord.ts';
import { CauseTracker } from '../../../debug-adapter/recording/causeTracker.ts';
import { NameReader, NameWriter, createNameTable } from '../../../debug-adapter/recording/nameTable.ts';
import { socketKey, ValueTracker } from '../../../debug-adapter/recording/valueTracker.ts';
import { functionsOf, stackNow } from './stack.ts';

export interface Sent {
  cause: Cause;
  sentence: string;
  stack: string;
}
export interface Changed {
  change: ValueChange;
  sentence: string;
}

const HANDLED_IN: Partial<Record<Cause['handled'], RegExp>> = {
  timer: /\bcall_timer_fn\b|\bhrtimer_run_softirq\b|\btasklet_action\b/,
  packet: /\btcp_v4_rcv\b|\btcp_v4_do_rcv\b|\bip_rcv\b/,
};

/** Watches a world from its beginning. Whatever it tells is checked against the call stack of that moment. */
export class Observed {
  readonly changes: Changed[] = [];
  readonly #ring = createRing(1 << 20);
  readonly #table = createNameTable(1 << 16);
  readonly #stacks: string[] = [];
  /** The last value that was told. */
  readonly #last = new Map<sock_common, Map<ValueName, number>>();
  readonly #values: ValueTracker;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    const causes = new CauseTracker(world);
    this.#values = new ValueTracker(world, () => causes.handling);
    const [writer, names] = [new RingWriter(this.#ring), new NameWriter(this.#table)];
    // A packet may wait in a queue, where other code sends it on.
    const waiting = new WeakMap<sk_buff, string>();
    const stacks = new WeakMap<object, string>();
    world.tracer.on('sockscope:neigh_queue', (skb) => waiting.set(skb, stackNow()));
    world.tracer.on('net:net_dev_queue', (skb) => stacks.set(skb.cause!, waiting.get(skb) ?? stackNow()));
    const capture = world.capture!;
    world.capture = {
      ...capture,
      sent: (frame, port) => {
        capture.sent(frame, port);
        const cause = causes.of(port)!;
        writeCause(writer, names, 1, frame.number, cause);
        this.#stacks.push(stacks.get(cause)!);
      },
    };
    const { tracer } = world;
    tracer.on('sockscope:value_set', (sk, value, why) => this.#set(sk, value, why, sk[value]));
    tracer.on('sock:inet_sock_set_state', (sk, from, to, why) => {
      if (sk instanceof tcp_sock && from !== to) this.#set(sk, 'skc_state', why, to, true);
    });
    tracer.on('tcp:tcp_cong_state_set', (sk, to, why) => {
      if ((sk as tcp_sock).icsk_ca_state !== to) this.#set(sk, 'icsk_ca_state', why!, to, true);
    });
    tracer.on('sockscope:time_wait', (tw, _from, to, why) => this.#set(tw, 'tw_substate', why, to, true));
    tracer.on('sockscope:listen_request', (_sk, what, req) => {
      if (what === 'queued') this.#set(req, 'skc_state', 'syn', req.skc_state, true);
    });
  }

  /** @param isNew it is not what it was */
  #set(sk: sock_common, value: ValueName, why: ChangeReason, to: number, isNew = false): void {
    const stack = stackNow();
    const functions = functionsOf(stack);
    const isNamed = CHANGED_IN[why].some((name) => functions.includes(name));
    assert.ok(isNamed, `${value}: ${why}\n${stack}`);
    const change = this.#values.newest(socketKey(sk), value, this.#world.event);
    const last = this.#last.get(sk) ?? new Map<ValueName, number>();
    this.#last.set(sk, last);
    if (isNew) assert.equal(change?.cause.event, this.#world.event, `${value}: ${why}\n${stack}`);
    // It is what it was.
    if (change?.cause.event !== this.#world.event) return;
    const what = `${JSON.stringify(change)}\n${stack}`;
    assert.equal(change.to, to, what);
    if (last.has(value)) assert.equal(change.from, last.get(value), what);
    last.set(value, change.to);
    assert.equal(change.why, why, what);
    if (change.cause.handled === 'call') assert.doesNotMatch(stack, /\btcp_v4_rcv\b/, what);
    assert.match(stack, HANDLED_IN[change.cause.handled] ?? /./, what);
    this.changes.push({ change, sentence: valueSentence(change) });
  }

  /** Every frame that was sent. Call when the world has run. */
  sent(): Sent[] {
    const sent: Sent[] = [];
    const names = new NameReader(this.#table);
    new RingReader(this.#ring).drain((_kind, content) => {
      const { number, cause } = readCause(content, names);
      assert.equal(number, sent.length + 1, 'one cause for each frame');
      const told = { cause, sentence: causeSentence(cause, 'other'), stack: this.#stacks[sent.length]! };
      checkSent(told, number);
      sent.push(told);
    });
    assert.equal(sent.length, this.#stacks.length);
    return sent;
  }
}

/** The code that ran is the code that the cause names. */
function checkSent({ cause, sentence, stack }: Sent, number: number): void {
  const what = `packet ${number}: ${sentence}\n${JSON.stringify(cause)}\n${stack}`;
  const { why, handled, lastPacket } = cause;
  // A program writes these itself.
  if (why === undefined)
    return assert.match(stack, /\braw_sendmsg\b|\budp_sendmsg\b|\bping_v4_sendmsg\b|\barp_/, what);
  assert.ok(decidingFrame(functionsOf(stack), why) >= 0, what);
  assert.match(stack, HANDLED_IN[handled] ?? /./, what);
  if (handled === 'packet') assert.ok(lastPacket! < number && lastPacket! > 0, what);
}

export const valueReasons = (changes: readonly Changed[]): Set<ChangeReason> =>
  new Set(changes.map(({ change }) => change.why));
