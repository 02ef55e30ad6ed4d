/**
 * Samples TCP sockets and NICs for graphs, in the machine's thread. A socket that something has happened to is
 * looked at when the softirq or the system call ends, and so is each NIC, which is looked at when it interrupts, too.
 * Only what has changed is written.
 */
import { vnic_adapter } from '../../stack/drivers/net/vnic/adapter.ts';
import { ring_used } from '../../stack/drivers/net/vnic/ring.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { tcp_sock } from '../../stack/include/linux/tcp.ts';
import { tcp_packets_in_flight, tcp_receive_window } from '../../stack/include/net/tcp.ts';
import { TCP_CLOSE, TCP_LISTEN } from '../../stack/include/uapi/linux/tcp.ts';
import type { sock_common } from '../../stack/include/net/sock.ts';
import { jiffies_to_msecs } from '../../stack/kernel/time/jiffies.ts';
import type { Machine } from '../../stack/machine.ts';
import type { World } from '../../stack/world/world.ts';
import { ENDS_BYTES } from './layout.ts';
import type { RecordWriter } from './recordWriter.ts';
import { FIELD_BYTES, NIC_FIELDS, SAMPLE, SOCKET_FIELDS } from './sampleLayout.ts';

interface Watched {
  /** Something has happened to it since it was looked at. */
  isTouched: boolean;
  readonly written: Int32Array;
}

export class Sampler {
  readonly #world: World;
  readonly #writer: RecordWriter;
  readonly #sockets = new WeakMap<tcp_sock, Watched>();
  readonly #nics = new WeakMap<vnic_adapter, Int32Array>();
  readonly #touched: tcp_sock[] = [];
  readonly #values = new Int32Array(Math.max(SOCKET_FIELDS.length, NIC_FIELDS.length));

  constructor(world: World, writer: RecordWriter) {
    this.#world = world;
    this.#writer = writer;
    const { tracer } = world;
    tracer.on('tcp:tcp_probe', (sk) => this.#touch(sk));
    tracer.on('tcp:tcp_rcv_space_adjust', (sk) => this.#touch(sk));
    tracer.on('sock:inet_sock_set_state', (sk, _from, to) => {
      if (to !== TCP_LISTEN && to !== TCP_CLOSE) this.#touch(sk);
    });
    // A segment leaves, again or for the first time.
    tracer.on('net:net_dev_queue', (skb) => this.#leaves(skb));
    // Frames are in the ring that the driver is about to take.
    tracer.on('irq:irq_handler_entry', () => this.#lookAtNics(this.#world.running!));
    tracer.on('irq:softirq_exit', () => this.#look(this.#world.running!));
    tracer.on('syscalls:sys_exit', ({ machine }) => this.#look(machine));
  }

  #leaves({ sk }: sk_buff): void {
    if (sk !== null) this.#touch(sk);
  }
  #touch(sk: sock_common): void {
    if (!(sk instanceof tcp_sock)) return;
    let watched = this.#sockets.get(sk);
    if (watched === undefined) {
      watched = { isTouched: false, written: new Int32Array(SOCKET_FIELDS.length) };
      this.#sockets.set(sk, watched);
    }
    if (watched.isTouched) return;
    watched.isTouched = true;
    this.#touched.push(sk);
  }

  #look(machine: Machine): void {
    for (let i = 0; i < this.#touched.length; i++) this.#socket(this.#touched[i]!);
    this.#touched.length = 0;
    this.#lookAtNics(machine);
  }
  #lookAtNics(machine: Machine): void {
    for (const dev of machine.init_net.dev_base.values())
      if (dev.priv instanceof vnic_adapter) this.#nic(dev.priv);
  }

  #socket(sk: tcp_sock): void {
    const watched = this.#sockets.get(sk)!;
    watched.isTouched = false;
    const values = this.#values;
    let i = 0;
    // In the order of SOCKET_FIELDS.
    values[i++] = sk.snd_una;
    values[i++] = sk.snd_nxt;
    values[i++] = sk.write_seq;
    values[i++] = sk.rcv_nxt;
    values[i++] = sk.copied_seq;
    values[i++] = sk.snd_wnd;
    values[i++] = tcp_receive_window(sk);
    values[i++] = sk.snd_cwnd;
    values[i++] = sk.snd_ssthresh;
    values[i++] = tcp_packets_in_flight(sk);
    values[i++] = sk.srtt_us >> 3;
    values[i++] = sk.mdev_us >> 2;
    values[i++] = jiffies_to_msecs(sk.icsk_rto);
    values[i++] = sk.sk_backlog.len;
    values[i] = sk.icsk_ca_state;
    if (!changes(watched.written, values)) return;
    const host = this.#writer.host(sk.skc_net.machine);
    const length = ENDS_BYTES + SOCKET_FIELDS.length * FIELD_BYTES;
    const at = this.#writer.begin(SAMPLE.socket, host, 0, 0, length);
    this.#writer.ends(at, sk);
    this.#write(at + ENDS_BYTES, watched.written);
  }

  #nic(adapter: vnic_adapter): void {
    let written = this.#nics.get(adapter);
    if (written === undefined) {
      written = new Int32Array(NIC_FIELDS.length);
      this.#nics.set(adapter, written);
    }
    const { tx_ring, rx_ring, hw, netdev } = adapter;
    const values = this.#values;
    values[0] = ring_used(tx_ring.next_to_clean, tx_ring.next_to_use, tx_ring.count);
    values[1] = tx_ring.count;
    values[2] = ring_used(rx_ring.next_to_clean, hw.rx.rdh, rx_ring.count);
    values[3] = rx_ring.count;
    values[4] = netdev._tx.qdisc.qlen;
    if (!changes(written, values)) return;
    const { host, name } = this.#writer.port(hw);
    const at = this.#writer.begin(SAMPLE.nic, host, 0, name, NIC_FIELDS.length * FIELD_BYTES);
    this.#write(at, written);
  }

  #write(at: number, values: Int32Array): void {
    const { view } = this.#writer.ring;
    for (let i = 0; i < values.length; i++) view.setInt32(at + i * FIELD_BYTES, values[i]!, true);
    this.#writer.commit();
  }
}

/** Copies the values over those that were written. @returns whether one is different */
function changes(written: Int32Array, values: Int32Array): boolean {
  let isChanged = false;
  for (let i = 0; i < written.length; i++) {
    if (written[i] === values[i]) continue;
    written[i] = values[i]!;
    isChanged = true;
  }
  return isChanged;
}
