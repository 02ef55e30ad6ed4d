/** What is being handled, and what the code has decided last meanwhile: the cause of what is sent next. */
import type { LossSign, SendReason } from '../../stack/capture/send_reason.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import type { Handled } from '../packets/cause/cause.ts';

/** A function that a timer or a tasklet runs. */
export type Callback = { readonly name: string };

export const NO_ARGUMENTS: readonly unknown[] = [];

/** The fields are those of `Cause`. It changes while it lasts: a packet that is sent gets a copy. */
export class Handling {
  handled: Handled;
  why: SendReason | null = null;
  event = 0;
  packet = 0;
  lastPacket = 0;
  isFromBacklog = false;
  call = '';
  args = NO_ARGUMENTS;
  task: task_struct | null = null;
  timer: Callback | null = null;
  sign: LossSign | null = null;
  about = 0;
  amount = 0;
  released = 0;
  /** The packet closes the window: bytes that nobody has read yet, and who could; -1: it does not. */
  unread = -1;
  reader: task_struct | null = null;

  constructor(handled: Handled) {
    this.handled = handled;
  }

  copy(): Handling {
    const copy = new Handling(this.handled);
    copy.become(this);
    return copy;
  }
  /** Take over what another one is, all but what has released a packet. */
  become(other: Handling): void {
    this.handled = other.handled;
    this.why = other.why;
    this.event = other.event;
    this.packet = other.packet;
    this.lastPacket = other.lastPacket;
    this.isFromBacklog = other.isFromBacklog;
    this.call = other.call;
    this.args = other.args;
    this.task = other.task;
    this.timer = other.timer;
    this.sign = other.sign;
    this.about = other.about;
    this.amount = other.amount;
    this.unread = other.unread;
    this.reader = other.reader;
  }

  /** Another packet is handled. @param owner the process that had the socket, if it comes from the backlog */
  beginPacket(skb: sk_buff, owner: Handling | null): void {
    this.decide(null, 0);
    this.packet = skb.frame_number;
    this.lastPacket = skb.last_frame_number;
    this.isFromBacklog = owner !== null;
    this.call = owner?.call ?? '';
    this.args = owner?.args ?? NO_ARGUMENTS;
    this.task = owner?.task ?? null;
  }
  beginCall(name: string, args: readonly unknown[], event: number): void {
    this.decide(null, event);
    this.handled = 'call';
    this.call = name;
    this.args = args;
  }
  endCall(): void {
    this.decide(null, 0);
    this.handled = 'exit';
    this.call = '';
    this.args = NO_ARGUMENTS;
  }
  beginTimer(timer: Callback): void {
    this.decide(null, 0);
    this.timer = timer;
  }

  decide(why: SendReason | null, event: number): void {
    this.why = why;
    this.event = event;
    this.sign = null;
    this.about = 0;
    this.amount = 0;
    this.unread = -1;
    this.reader = null;
  }
}
