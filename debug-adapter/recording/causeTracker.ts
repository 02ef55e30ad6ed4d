/**
 * Finds why each frame is sent, in the machine's thread: what is being handled (a system call, a packet, a timer),
 * and what the code has decided last while it handles that.
 */
import type { CapturePort } from '../../stack/capture/capture.ts';
import type { LossSign, SendReason } from '../../stack/capture/send_reason.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import type { task_struct } from '../../stack/include/linux/sched.ts';
import { tcp_sk } from '../../stack/include/linux/tcp.ts';
import { inet_csk } from '../../stack/include/net/inet_connection_sock.ts';
import { request_sock } from '../../stack/include/net/request_sock.ts';
import type { sock, sock_common } from '../../stack/include/net/sock.ts';
import { tcp_skb_timestamp_us } from '../../stack/include/net/tcp.ts';
import type { World } from '../../stack/world/world.ts';
import { Handling, type Callback } from './handling.ts';
import { holderOf } from './holder.ts';
import { SentBuffers } from './sentBuffers.ts';

/** How a segment came to be marked lost. */
interface Loss {
  readonly sign: LossSign;
  /** The packet that was handled. */
  readonly packet: number;
  /** RACK: how much later another segment was sent that has arrived, in µs. */
  readonly laterUs: number;
}

export class CauseTracker {
  readonly #world: World;
  readonly #nothing = new Handling('nothing');
  readonly #packet = new Handling('packet');
  readonly #timer = new Handling('timer');
  /** What the softirq handles: one of these three. */
  #softirq = this.#nothing;
  readonly #fromBacklog = new Handling('packet');
  #isInBacklog = false;
  /** By pid: the system call that runs or sleeps, or what else the task does. */
  readonly #calls = new Map<number, Handling>();
  /** Of packets that wait for the address of their neighbour. */
  readonly #waiting = new WeakMap<sk_buff, Handling>();
  readonly #losses = new WeakMap<sk_buff, Loss>();
  /** The packets whose ACKs are put off. */
  readonly #delayed = new WeakMap<sock_common, number>();
  readonly #sent = new SentBuffers();
  /** What is handled while a probe for the MTU is sent: the decision holds for that packet only, and this one behind it. */
  #behindProbe: { of: Handling; decision: Handling } | null = null;

  constructor(world: World) {
    this.#world = world;
    const { tracer } = world;
    tracer.on('syscalls:sys_enter', (task, name, args) => {
      this.#ofTask(task).beginCall(name, args, tracer.event);
    });
    tracer.on('syscalls:sys_exit', (task) => this.#ofTask(task).endCall());
    tracer.on('sched:sched_process_exit', ({ pid }) => this.#calls.delete(pid));
    tracer.on('net:netif_receive_skb', (skb) => {
      if (skb.frame_number <= 0) return;
      this.#packet.beginPacket(skb, null);
      this.#softirq = this.#packet;
    });
    tracer.on('irq:softirq_exit', () => this.#endSoftirq());
    tracer.on('timer:timer_expire_entry', (timer) => this.#beginTimer(timer.function));
    tracer.on('timer:timer_expire_exit', () => this.#endSoftirq());
    tracer.on('timer:hrtimer_expire_entry', (timer) => this.#beginTimer(timer.function));
    tracer.on('timer:hrtimer_expire_exit', () => this.#endSoftirq());
    tracer.on('irq:tasklet_entry', (tasklet) => this.#beginTimer(tasklet.func));
    tracer.on('irq:tasklet_exit', () => this.#endSoftirq());
    tracer.on('sockscope:backlog_entry', (_sk, skb) => {
      this.#fromBacklog.beginPacket(skb, this.#ofTask(world.running!.current));
      this.#isInBacklog = true;
    });
    tracer.on('sockscope:backlog_exit', () => (this.#isInBacklog = false));
    tracer.on('sockscope:send', (sk, _skb, why) => this.#send(sk, why));
    tracer.on('sockscope:retransmit', (sk, skb, why) => this.#retransmit(sk, skb, why));
    tracer.on('sockscope:mark_lost', (sk, skb, sign) => this.#lost(sk, skb, sign));
    tracer.on('sockscope:delay_ack', (sk) => this.#delayed.set(sk, this.#handling().lastPacket));
    tracer.on('sockscope:zero_window', (sk) => this.#closeWindow(sk as sock));
    tracer.on('sockscope:neigh_queue', (skb) => this.#waiting.set(skb, this.#handling().copy()));
    tracer.on('net:net_dev_queue', (skb) => this.#queued(skb));
    tracer.on('sockscope:gso_segment', (skb, segs) => {
      for (let one: sk_buff | null = segs; one !== null; one = one.next) one.cause = skb.cause;
    });
  }

  /** Why the frame is sent that a NIC is sending. @returns null if it comes from outside the world */
  of(port: CapturePort): Handling | null {
    if (port.is_debugger === true) return this.#injected();
    const skb = this.#sent.of(port);
    return skb?.cause instanceof Handling ? skb.cause : null;
  }

  #injected(): Handling {
    const handling = new Handling('nothing');
    handling.decide('injected', this.#world.event);
    return handling;
  }

  /** What the code that runs now handles. */
  get handling(): Handling {
    return this.#handling();
  }

  #beginTimer(callback: Callback): void {
    this.#timer.beginTimer(callback);
    this.#softirq = this.#timer;
  }
  #endSoftirq(): void {
    this.#softirq = this.#nothing;
  }

  #handling(): Handling {
    const machine = this.#world.running;
    if (machine === null) return this.#nothing;
    const { softirq, current, idle } = machine;
    if (softirq.serving) return this.#softirq;
    if (this.#isInBacklog) return this.#fromBacklog;
    return current === idle || softirq.hardirq > 0 ? this.#nothing : this.#ofTask(current);
  }
  /** A task that sends without a system call is ending: its descriptors are closed. */
  #ofTask(task: task_struct): Handling {
    let handling = this.#calls.get(task.pid);
    if (handling === undefined) {
      handling = new Handling('exit');
      handling.task = task;
      this.#calls.set(task.pid, handling);
    }
    return handling;
  }

  #send(sk: sock_common | null, why: SendReason): void {
    const handling = this.#handling();
    this.#behindProbe = why === 'mtu_probe' ? { of: handling, decision: handling.copy() } : null;
    handling.decide(why, this.#world.event);
    switch (why) {
      case 'ack_delayed':
      case 'ack_due':
      case 'ack_read':
        handling.about = this.#delayed.get(sk!) ?? 0;
        break;
      case 'window_probe':
      case 'keepalive':
        handling.amount = inet_csk(sk as sock).icsk_probes_out + 1;
        break;
      case 'syn_ack_again':
        if (sk instanceof request_sock) handling.amount = sk.num_retrans + 1;
    }
  }
  #retransmit(sk: sock, skb: sk_buff, why: SendReason): void {
    const handling = this.#handling();
    handling.decide(why, this.#world.event);
    if (why !== 'lost') {
      if (why !== 'loss_probe') handling.amount = inet_csk(sk).icsk_rto;
      return;
    }
    const loss = this.#losses.get(skb);
    if (loss === undefined) return;
    handling.sign = loss.sign;
    handling.about = loss.packet;
    handling.amount = loss.laterUs;
  }
  #lost(sk: sock, skb: sk_buff, sign: LossSign): void {
    const laterUs = sign === 'rack' ? tcp_sk(sk).rack.mstamp - tcp_skb_timestamp_us(skb) : 0;
    this.#losses.set(skb, { sign, packet: this.#handling().lastPacket, laterUs });
  }
  #closeWindow(sk: sock): void {
    const handling = this.#handling();
    handling.unread = (tcp_sk(sk).rcv_nxt - tcp_sk(sk).copied_seq) >>> 0;
    handling.reader = holderOf(sk);
  }
  #queued(skb: sk_buff): void {
    let cause = this.#waiting.get(skb);
    if (cause === undefined) {
      const handling = this.#handling();
      cause = handling.copy();
      handling.unread = -1;
      if (this.#behindProbe?.of === handling) handling.become(this.#behindProbe.decision);
      this.#behindProbe = null;
    } else {
      this.#waiting.delete(skb);
      cause.released = this.#handling().lastPacket;
    }
    skb.cause = cause;
  }
}
