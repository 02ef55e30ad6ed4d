/**
 * Records the steps of packets, in the machine's thread: from a socket's write queue to the wire, and from the wire
 * to the program. A sender's packet buffer has a number here, a frame has its own.
 */
import type { CapturePort, CaptureSink } from '../../stack/capture/capture.ts';
import { vnic_adapter } from '../../stack/drivers/net/vnic/adapter.ts';
import { VnicHardware } from '../../stack/drivers/net/vnic/hw/hardware.ts';
import type { net_device } from '../../stack/include/linux/netdevice.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { GRO_MERGED, GRO_MERGED_FREE } from '../../stack/include/net/gro.ts';
import { DROP_REASONS, SKB_DROP_REASON_OTHERHOST } from '../../stack/include/net/dropreason.ts';
import type { sock } from '../../stack/include/net/sock.ts';
import { TCP_SKB_CB } from '../../stack/include/net/tcp_skb_cb.ts';
import type { SkbQueue } from '../../stack/trace/table.ts';
import type { wire_frame } from '../../stack/wire/frame.ts';
import type { World } from '../../stack/world/world.ts';
import type { StepKind } from '../way/step.ts';
import { ENDS_BYTES } from './layout.ts';
import { passesBy } from './passing.ts';
import { isProcessed } from './processed.ts';
import type { RecordWriter } from './recordWriter.ts';
import { SentBuffers } from './sentBuffers.ts';
import { STEP_BYTES, STEP_KINDS } from './stepLayout.ts';

const KIND = Object.fromEntries(STEP_KINDS.map((kind, index) => [kind, index + 1])) as Record<
  StepKind,
  number
>;

export class StepRecorder implements CaptureSink {
  readonly #writer: RecordWriter;
  /** Numbers of packet buffers that are being sent. */
  readonly #buffers = new WeakMap<sk_buff, number>();
  readonly #sent = new SentBuffers();
  #last = 0;
  /** What NAPI is handing to GRO. */
  #entered: sk_buff | null = null;

  constructor(world: World, writer: RecordWriter) {
    this.#writer = writer;
    const { tracer } = world;
    tracer.on('sockscope:skb_queue', (sk, skb, queue, into) => this.#queued(sk, skb, queue, into));
    tracer.on('net:net_dev_queue', (skb) => {
      this.#buffers.set(skb, ++this.#last);
      this.#step(KIND.qdisc, skb);
    });
    tracer.on('qdisc:qdisc_enqueue', (_q, skb) => this.#step(KIND.enqueued, skb));
    tracer.on('qdisc:qdisc_dequeue', (_q, skb) => this.#step(KIND.dequeued, skb));
    tracer.on('net:net_dev_start_xmit', (skb, dev) => this.#toDriver(skb, dev));
    tracer.on('net:napi_gro_receive_entry', (skb) => {
      this.#entered = passesBy(world, skb) ? null : skb;
      if (this.#entered !== null) this.#step(KIND.napi, skb);
    });
    tracer.on('net:napi_gro_receive_exit', (result) => {
      const isMerged = result === GRO_MERGED || result === GRO_MERGED_FREE;
      if (isMerged && this.#entered !== null) this.#step(KIND.gro, this.#entered);
      this.#entered = null;
    });
    tracer.on('net:netif_receive_skb', (skb) => {
      if (!passesBy(world, skb)) this.#step(KIND.stack, skb);
    });
    tracer.on('skb:skb_copy_datagram_iovec', (skb, length) => this.#step(KIND.copied, skb, length));
    tracer.on('skb:consume_skb', (skb) => this.#freed(skb));
    tracer.on('skb:kfree_skb', (skb, reason, detail) => {
      if (isProcessed(reason, detail)) return this.#freed(skb);
      if (reason === SKB_DROP_REASON_OTHERHOST && passesBy(world, skb)) return;
      const name = this.#writer.names.numberOf(DROP_REASONS[reason] ?? String(reason));
      this.#step(KIND.dropped, skb, 0, name);
    });
  }

  sent(frame: wire_frame, port: CapturePort): void {
    const skb = this.#sent.of(port);
    if (skb === null) return;
    const { host, name } = this.#writer.port(port);
    this.#write(
      KIND.wire,
      host,
      this.#buffers.get(skb) ?? 0,
      frame.number,
      skb,
      (port as VnicHardware).tx.tdh,
      name,
    );
  }
  received(frame: wire_frame, port: CapturePort): void {
    const { host, name } = this.#writer.port(port);
    const descriptor = port instanceof VnicHardware ? port.rx.rdh : -1;
    this.#write(KIND.stored, host, 0, frame.number, null, descriptor, name);
  }
  /** The sequence's recording has what is lost. */
  lost(): void {}

  #queued(sk: sock, skb: sk_buff, queue: SkbQueue, into: sk_buff | null): void {
    if (queue === 'write')
      return this.#write(KIND.write, this.#writer.host(skb.machine), 0, 0, skb, TCP_SKB_CB(skb).seq, 0, sk);
    if (into !== null) this.#step(KIND.merged, skb, into.frame_number);
    else if (queue === 'backlog') this.#step(KIND.backlog, skb, sk.sk_backlog.len);
    else if (queue === 'out_of_order') this.#step(KIND.outOfOrder, skb);
    else this.#step(KIND.receive, skb);
  }
  #toDriver(skb: sk_buff, { priv }: net_device): void {
    if (!(priv instanceof vnic_adapter)) return;
    this.#step(KIND.driver, skb, priv.tx_ring.next_to_use, this.#writer.port(priv.hw).name);
  }
  #freed(skb: sk_buff): void {
    const isSent = this.#buffers.has(skb);
    this.#step(isSent ? KIND.cleaned : KIND.freed, skb);
    if (isSent) this.#buffers.delete(skb);
  }

  #step(kind: number, skb: sk_buff, number = 0, name = 0): void {
    const buffer = this.#buffers.get(skb) ?? 0;
    const frame = buffer === 0 ? Math.max(0, skb.frame_number) : 0;
    // Neither sent nor received.
    if (buffer === 0 && frame === 0) return;
    this.#write(kind, this.#writer.host(skb.machine), buffer, frame, skb, number, name);
  }
  #write(
    kind: number,
    host: number,
    buffer: number,
    frame: number,
    skb: sk_buff | null,
    number: number,
    name: number,
    sk?: sock,
  ): void {
    const length = STEP_BYTES + (sk === undefined ? 0 : ENDS_BYTES);
    const at = this.#writer.begin(kind, host, this.#writer.pid, name, length);
    const { view } = this.#writer.ring;
    view.setUint32(at, buffer, true);
    view.setUint32(at + 4, frame, true);
    view.setUint16(at + 8, skb?.users ?? 0, true);
    view.setUint16(at + 10, skb?.shinfo.dataref ?? 0, true);
    view.setInt32(at + 12, number, true);
    if (sk !== undefined) this.#writer.ends(at + STEP_BYTES, sk);
    this.#writer.commit();
  }
}
