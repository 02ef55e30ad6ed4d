/** The descriptor rings of each NIC: what is in each descriptor, and where driver and hardware are. */
import { vnic_adapter } from '../../stack/drivers/net/vnic/adapter.ts';
import { VNIC_RXD_STAT_DD, VNIC_TXD_CMD_EOP } from '../../stack/drivers/net/vnic/desc.ts';
import { ring_used } from '../../stack/drivers/net/vnic/ring.ts';
import {
  NAPIF_STATE_SCHED,
  netif_queue_stopped,
  type net_device,
} from '../../stack/include/linux/netdevice.ts';
import type { World } from '../../stack/world/world.ts';
import { frameWords, packetWords, wordsText } from '../inspect/packetText.ts';
import type { SequenceBases } from '../inspect/sequenceBases.ts';
import { shortPacket } from '../inspect/short.ts';
import type { NicRings, Ring, RingEntry, RingsData } from './data.ts';

/** Descriptors whose contents are listed, for each ring. */
const MOST_ENTRIES = 200;

export class RingsPicture {
  readonly #world: World;
  readonly #sequences: SequenceBases;

  /** The device that its driver has worked on last. */
  #busy: net_device | null = null;

  constructor(world: World, sequences: SequenceBases) {
    this.#world = world;
    this.#sequences = sequences;
    const { tracer } = world;
    tracer.on('net:net_dev_start_xmit', (_skb, dev) => (this.#busy = dev));
    tracer.on('irq:irq_handler_entry', ({ dev_id }) => {
      if (dev_id instanceof vnic_adapter) this.#busy = dev_id.netdev;
    });
    tracer.on('net:napi_gro_receive_entry', ({ dev }) => (this.#busy = dev));
  }

  data(): RingsData {
    const { machines } = this.#world;
    const nics = machines.flatMap((machine) =>
      [...machine.init_net.dev_base.values()].flatMap(({ priv }) =>
        priv instanceof vnic_adapter ? [this.#nic(priv)] : [],
      ),
    );
    return { picture: 'rings', nics, ...(this.#busy && { busy: this.#nameOf(this.#busy) }) };
  }

  #nameOf({ name, machine }: net_device): string {
    return this.#world.machines.length > 1 ? `${machine.hostname} ${name}` : name;
  }

  #nic(adapter: vnic_adapter): NicRings {
    const { netdev, hw, napi } = adapter;
    return {
      name: this.#nameOf(netdev),
      isStopped: netif_queue_stopped(netdev),
      isMasked: hw.ims === 0,
      isPolling: (napi.state & NAPIF_STATE_SCHED) !== 0,
      tx: this.#tx(adapter),
      rx: this.#rx(adapter),
    };
  }

  #tx({ tx_ring: ring, hw }: vnic_adapter): Ring {
    const used = ring_used(ring.next_to_clean, ring.next_to_use, ring.count);
    // The hardware has passed them, whether it has said so (DD) or not.
    const sent = ring_used(ring.next_to_clean, hw.tx.tdh, ring.count);
    const entries: RingEntry[] = [];
    for (let i = 0; i < Math.min(used, MOST_ENTRIES); i++) {
      const index = (ring.next_to_clean + i) & (ring.count - 1);
      const desc = ring.desc[index]!;
      const skb = ring.buffer_info[index]!.skb;
      const words = skb === null ? undefined : packetWords(skb, this.#sequences);
      entries.push({
        index,
        kind: i < sent ? 'sent' : 'toSend',
        bytes: desc.length,
        isLast: (desc.cmd & VNIC_TXD_CMD_EOP) !== 0,
        text: words === undefined ? `${desc.length} bytes of a packet` : shortPacket(words),
        about: words === undefined ? `${desc.length} bytes` : wordsText(words),
      });
    }
    return { ...positions(ring, hw.tx.tdh, hw.tx.tdt), used, entries };
  }

  #rx({ rx_ring: ring, hw }: vnic_adapter): Ring {
    const done = ring_used(ring.next_to_clean, hw.rx.rdh, ring.count);
    const entries: RingEntry[] = [];
    for (let i = 0; i < Math.min(done, MOST_ENTRIES); i++) {
      const index = (ring.next_to_clean + i) & (ring.count - 1);
      const desc = ring.desc[index]!;
      if ((desc.status & VNIC_RXD_STAT_DD) === 0) continue;
      const length = (desc.frags ?? []).reduce((sum, { size }) => sum + size, desc.length);
      const bytes = desc.buffer_addr?.subarray(0, desc.length) ?? new Uint8Array(0);
      const words = frameWords(bytes, length, this.#sequences);
      entries.push({
        index,
        kind: 'received',
        bytes: length,
        isLast: true,
        text: shortPacket(words),
        about: wordsText(words),
        ...(desc.frame_number > 0 && { packet: desc.frame_number }),
      });
    }
    return { ...positions(ring, hw.rx.rdh, hw.rx.rdt), used: done, entries };
  }
}

function positions(
  { count, next_to_use, next_to_clean }: { count: number; next_to_use: number; next_to_clean: number },
  head: number,
  tail: number,
): Pick<Ring, 'count' | 'head' | 'tail' | 'nextToUse' | 'nextToClean'> {
  return { count, head, tail, nextToUse: next_to_use, nextToClean: next_to_clean };
}
