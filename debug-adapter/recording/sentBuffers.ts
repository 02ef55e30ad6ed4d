/** Finds the packet buffer that a NIC is sending from, by its descriptor. */
import type { CapturePort } from '../../stack/capture/capture.ts';
import { vnic_adapter } from '../../stack/drivers/net/vnic/adapter.ts';
import { VnicHardware } from '../../stack/drivers/net/vnic/hw/hardware.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';

export class SentBuffers {
  readonly #adapters = new Map<CapturePort, vnic_adapter | null>();

  /** @returns null if the frame comes from outside the world */
  of(port: CapturePort): sk_buff | null {
    const adapter = this.#adapterOf(port);
    if (adapter === null) return null;
    const { buffer_info } = adapter.tx_ring;
    // The packet that the hardware is sending begins at its head.
    return buffer_info[buffer_info[adapter.hw.tx.tdh]!.next_to_watch]!.skb;
  }

  /** The driver of a NIC; null: it has none here. */
  #adapterOf(port: CapturePort): vnic_adapter | null {
    let adapter = this.#adapters.get(port);
    if (adapter === undefined) {
      adapter = port instanceof VnicHardware ? driverOf(port) : null;
      this.#adapters.set(port, adapter);
    }
    return adapter;
  }
}

function driverOf(hw: VnicHardware): vnic_adapter | null {
  for (const { priv } of hw.machine.init_net.dev_base.values())
    if (priv instanceof vnic_adapter && priv.hw === hw) return priv;
  return null;
}
