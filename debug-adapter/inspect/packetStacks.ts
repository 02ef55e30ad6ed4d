/** The code that sent and received recent frames: stacks, captured cheaply and formatted on demand. */
import type { World } from '../../stack/world/world.ts';
import { isKernel, isScenario } from './codeKinds.ts';
import type { StackTable } from './stackTable.ts';
import { parseStack, type TextFrame } from './stackText.ts';

/** Number of frames remembered. */
const KEPT = 2048;

class Recent {
  readonly #numbers = new Float64Array(KEPT);
  readonly #stacks = new Array<Error | null>(KEPT).fill(null);

  set(number: number, stack: Error): void {
    this.#numbers[number % KEPT] = number;
    this.#stacks[number % KEPT] = stack;
  }
  get(number: number): Error | null {
    return this.#numbers[number % KEPT] === number ? this.#stacks[number % KEPT]! : null;
  }
}

/** A packet's stacks, as indices into a table; -1: it has none. */
export interface StacksOfPacket {
  number: number;
  sent: number;
  received: number;
}

export class PacketStacks {
  readonly #sent = new Recent();
  readonly #received = new Recent();
  /** The frame that the softirq is processing; 0: none. */
  current = 0;
  /** Whether the stack of `current` already reaches into its protocol. */
  #isDeep = false;
  #isKept = false;

  constructor({ tracer }: World) {
    tracer.on('net:netif_receive_skb', ({ frame_number }) => {
      if (frame_number <= 0) return;
      this.current = frame_number;
      this.#isDeep = !this.#isKept;
      if (this.#isKept) this.#received.set(frame_number, new Error());
    });
    tracer.on('irq:softirq_exit', () => (this.current = 0));
    // The first of these tracepoints while a frame is processed shows what its protocol does with it.
    tracer.on('tcp:tcp_probe', (_sk, { frame_number }) => this.#deeper(frame_number));
    tracer.on('skb:consume_skb', ({ frame_number }) => this.#deeper(frame_number));
    tracer.on('skb:kfree_skb', ({ frame_number }) => this.#deeper(frame_number));
    tracer.on('sock:inet_sock_set_state', () => this.#deeper(this.current));
  }

  /** Capture the stacks from now on. */
  keep(): void {
    this.#isKept = true;
  }

  #deeper(number: number): void {
    if (number <= 0 || number !== this.current || this.#isDeep) return;
    this.#isDeep = true;
    this.#received.set(number, new Error());
  }

  noteSent(number: number): void {
    this.#sent.set(number, new Error());
  }

  /** Innermost first; empty when it is not known (any more). */
  of(number: number, which: 'sent' | 'received'): TextFrame[] {
    const stack = (which === 'sent' ? this.#sent : this.#received).get(number);
    return parseStack(stack?.stack ?? '').filter(({ url }) => isKernel(url) || isScenario(url));
  }

  /** The stacks of the packets from `from` up to `to`, as indices into a table. */
  table(from: number, to: number, table: StackTable): StacksOfPacket[] {
    const stackOf = (number: number, which: 'sent' | 'received') => table.indexOf(this.of(number, which));
    const packets: StacksOfPacket[] = [];
    for (let number = Math.max(1, from); number <= to; number++)
      packets.push({ number, sent: stackOf(number, 'sent'), received: stackOf(number, 'received') });
    return packets;
  }
}
