/** The code that sent and received the last frames: stacks, captured cheaply and put into words only when asked for. */
import type { World } from '../../stack/world/world.ts';
import { isKernel, isScenario } from './codeKinds.ts';
import { parseStack, type TextFrame } from './stackText.ts';

/** So many frames are remembered. */
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

export class PacketStacks {
  readonly #sent = new Recent();
  readonly #received = new Recent();
  /** The frame that the softirq is handling; 0: none. */
  current = 0;

  constructor(world: World) {
    world.tracer.on('net:netif_receive_skb', ({ frame_number }) => {
      if (frame_number <= 0) return;
      this.current = frame_number;
      this.#received.set(frame_number, new Error());
    });
    world.tracer.on('irq:softirq_exit', () => (this.current = 0));
  }

  noteSent(number: number): void {
    this.#sent.set(number, new Error());
  }

  /** Innermost first; empty when it is not known (any more). */
  of(number: number, which: 'sent' | 'received'): TextFrame[] {
    const stack = (which === 'sent' ? this.#sent : this.#received).get(number);
    return parseStack(stack?.stack ?? '').filter(({ url }) => isKernel(url) || isScenario(url));
  }
}
