/**
 * The driver's entry points: probing the NIC, bringing it up and down.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c
 */
import type { NicConfig } from '../../../config.ts';
import {
  ETH_HLEN,
  IFF_LOOPBACK,
  IFF_XMIT_DST_RELEASE,
  NETIF_F_GRO,
  NETIF_F_HW_CSUM,
  NETIF_F_RXCSUM,
  NETIF_F_SG,
  NETIF_F_TSO,
  NETIF_F_TSO_ECN,
  net_device,
  netif_start_queue,
  netif_stop_queue,
  type net_device_ops,
} from '../../../include/linux/netdevice.ts';
import type { net } from '../../../include/net/net_namespace.ts';
import type { Errno } from '../../../include/uapi/asm-generic/errno.ts';
import { irq_alloc_desc, request_irq } from '../../../kernel/irq.ts';
import { napi_disable, napi_enable, netif_napi_add } from '../../../net/core/dev/napi.ts';
import { register_netdev } from '../../../net/core/dev/register.ts';
import { ether_setup } from '../../../net/ethernet/eth.ts';
import { EthernetEnd } from '../../../wire/ethernet.ts';
import { NetemWire } from '../../../wire/netem.ts';
import { VNIC_RXBUFFER, vnic_adapter, vnic_priv } from './adapter.ts';
import { VnicHardware } from './hw/hardware.ts';
import { loopback_kind, type VnicKind } from './kinds.ts';
import { vnic_intr, vnic_irq_disable, vnic_irq_enable, vnic_poll, vnic_update_stats } from './intr.ts';
import { RCTL, RLPML, TCTL, VNIC_RCTL_EN, VNIC_TCTL_EN } from './registers.ts';
import { ring_unused } from './ring.ts';
import { vnic_alloc_rx_buffers, vnic_clean_rx_ring } from './rx.ts';
import { vnic_clean_tx_ring, vnic_xmit } from './tx.ts';

const vnic_netdev_ops: net_device_ops = {
  ndo_open: vnic_open,
  ndo_stop: vnic_close,
  ndo_start_xmit: vnic_xmit,
  ndo_change_mtu: vnic_change_mtu,
};

/**
 * A NIC was found: create a network device for it. It is down until dev_open().
 *
 * @param kind the kind of NIC and its wire; default: `lo`
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_probe)
 */
export function vnic_probe(net: net, config: NicConfig, kind: VnicKind = loopback_kind): net_device {
  const { machine } = net;
  const netdev = new net_device(net, kind.name, vnic_netdev_ops);
  ether_setup(netdev);
  netdev.mtu = config.mtu;
  netdev.features =
    NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO_ECN | NETIF_F_RXCSUM | NETIF_F_GRO;
  netdev.priv_flags |= IFF_XMIT_DST_RELEASE;
  kind.setup(netdev);

  const hw = new VnicHardware(machine, kind.wire(machine, config), {
    name: kind.name,
    irq: irq_alloc_desc(machine),
    virtual_link: kind.virtual_link,
  });
  const adapter = new vnic_adapter(netdev, hw, config.ringSize);
  netdev.priv = adapter;
  adapter.napi = netif_napi_add(netdev, vnic_poll);

  const err = register_netdev(netdev);
  if (err !== 0) throw new Error(`${netdev.name}: failed to register the network device: error ${err}`);
  if ((netdev.flags & IFF_LOOPBACK) !== 0) net.loopback_dev = netdev;
  return netdev;
}

/** The NIC's outgoing wire, to change what happens to its frames; null: it leads outside. */
export function vnic_link(netdev: net_device): NetemWire | null {
  const { wire } = vnic_priv(netdev).hw;
  const path = wire instanceof EthernetEnd ? wire.path : wire;
  return path instanceof NetemWire ? path : null;
}
/** The same of a NIC whose wire does not lead outside. */
export function vnic_wire(netdev: net_device): NetemWire {
  const link = vnic_link(netdev);
  if (link === null) throw new TypeError(`${netdev.name} is on a wire that leads outside`);
  return link;
}

/**
 * ndo_open: supply receive buffers, request the interrupt, then enable the hardware.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_open)
 */
export function vnic_open(netdev: net_device): Errno {
  const adapter = vnic_priv(netdev);
  const { hw, rx_ring, tx_ring } = adapter;
  hw.map_rings(tx_ring.desc, rx_ring.desc);
  adapter.rx_buffer_len = vnic_rx_buffer_len(netdev.mtu, rx_ring.count);
  hw.write(RLPML, netdev.mtu + ETH_HLEN);
  hw.write(TCTL, VNIC_TCTL_EN);
  hw.write(RCTL, VNIC_RCTL_EN);
  vnic_alloc_rx_buffers(adapter, ring_unused(rx_ring.next_to_clean, rx_ring.next_to_use, rx_ring.count));
  request_irq(netdev.machine, adapter.irq, vnic_intr, netdev.name, adapter);
  napi_enable(adapter.napi);
  vnic_irq_enable(adapter);
  netif_start_queue(netdev);
  return 0;
}

/** The size of receive buffers, in bytes, such that the longest frame fits into an empty ring of any size. */
function vnic_rx_buffer_len(mtu: number, ring_count: number): number {
  const buffers = Math.ceil((mtu + ETH_HLEN) / (ring_count - 1) / VNIC_RXBUFFER);
  return buffers * VNIC_RXBUFFER;
}

/**
 * ndo_stop: undo vnic_open() in reverse order.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_close, e1000_down)
 */
export function vnic_close(netdev: net_device): Errno {
  const adapter = vnic_priv(netdev);
  adapter.hw.write(RCTL, 0);
  netif_stop_queue(netdev);
  adapter.hw.write(TCTL, 0);
  napi_disable(adapter.napi);
  vnic_irq_disable(adapter);
  vnic_update_stats(adapter);
  vnic_clean_tx_ring(adapter);
  vnic_clean_rx_ring(adapter);
  return 0;
}

/**
 * ndo_change_mtu: also sets the hardware's maximum frame length; the hardware truncates longer frames.
 *
 * @linux drivers/net/ethernet/intel/e1000/e1000_main.c (e1000_change_mtu)
 */
export function vnic_change_mtu(netdev: net_device, new_mtu: number): Errno {
  vnic_priv(netdev).hw.write(RLPML, new_mtu + ETH_HLEN);
  return 0;
}
