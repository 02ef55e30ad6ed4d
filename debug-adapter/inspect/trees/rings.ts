/** The descriptor rings of a NIC, descriptor by descriptor. */
import type { vnic_adapter } from '../../../stack/drivers/net/vnic/adapter.ts';
import {
  VNIC_RXD_STAT_DD,
  VNIC_RXD_STAT_EOP,
  VNIC_TXD_CMD_EOP,
  VNIC_TXD_STAT_DD,
} from '../../../stack/drivers/net/vnic/desc.ts';
import { ring_used } from '../../../stack/drivers/net/vnic/ring.ts';
import { packetText } from '../packetText.ts';
import { frameText } from './frameText.ts';
import type { TreeNode } from './node.ts';

function marks(...parts: (string | false)[]): string {
  return parts.filter((part) => part !== false).join(' ');
}

/** Runs of descriptors that are merely free are shown folded: a ring of 256 would be all that one sees. */
function folded(nodes: TreeNode[]): TreeNode[] {
  const shown: TreeNode[] = [];
  for (let at = 0; at < nodes.length;) {
    let end = at;
    while (end < nodes.length && nodes[end]!.description === 'free') end++;
    const run = nodes.slice(at, end);
    if (run.length > 3) {
      const label = `[${at}] … [${end - 1}]`;
      shown.push({ key: `free from ${at}`, label, description: `${run.length} free`, children: () => run });
    } else shown.push(...run);
    if (end < nodes.length) shown.push(nodes[end]!);
    at = end + 1;
  }
  return shown;
}

export function txRing({ tx_ring: ring, hw }: vnic_adapter): TreeNode {
  const pending = ring_used(hw.tx.tdh, hw.tx.tdt, ring.count);
  return {
    key: 'tx',
    label: `TX ring ${ring.count}`,
    description: `tail ${hw.tx.tdt} · head ${hw.tx.tdh} · ${pending} pending`,
    tooltip:
      'The driver fills descriptors at the tail, the hardware sends them from the head. A packet is freed when its last descriptor has DD.',
    icon: 'arrow-up',
    children: () => folded(ring.desc.map((_, index) => txDescriptor(ring, hw, index))),
  };
}
function txDescriptor(ring: vnic_adapter['tx_ring'], hw: vnic_adapter['hw'], index: number): TreeNode {
  const desc = ring.desc[index]!;
  const { skb } = ring.buffer_info[index]!;
  const where = marks(
    index === hw.tx.tdh && '← head',
    index === hw.tx.tdt && '← tail',
    index === ring.next_to_clean && '← next_to_clean',
  );
  if (desc.length === 0) return { key: `[${index}]`, label: `[${index}]`, description: marks('free', where) };
  const bits = marks(
    (desc.status & VNIC_TXD_STAT_DD) !== 0 && 'DD',
    (desc.cmd & VNIC_TXD_CMD_EOP) !== 0 && 'EOP',
  );
  const packet =
    skb === null ? '' : packetText(skb, { of: () => ({ sent: undefined, received: undefined }) } as never);
  return {
    key: `[${index}]`,
    label: `[${index}]`,
    description: marks(bits !== '' && bits, `${desc.length} bytes`, packet !== '' && packet, where),
    context: ['copyable'],
    value: packet,
  };
}

export function rxRing({ rx_ring: ring, hw }: vnic_adapter): TreeNode {
  const done = ring.desc.filter(({ status }) => (status & VNIC_RXD_STAT_DD) !== 0).length;
  return {
    key: 'rx',
    label: `RX ring ${ring.count}`,
    description: `next_to_clean ${ring.next_to_clean} · ${done} done`,
    tooltip:
      'The hardware writes frames into the buffers from its head on and sets DD; the driver takes them at next_to_clean.',
    icon: 'arrow-down',
    expanded: true,
    children: () => rxDescriptors(ring, hw),
  };
}

function rxDescriptors(ring: vnic_adapter['rx_ring'], hw: vnic_adapter['hw']): TreeNode[] {
  return folded(
    ring.desc.map((desc, index): TreeNode => {
      const where = marks(
        index === hw.rx.rdh && '← head',
        index === hw.rx.rdt && '← tail',
        index === ring.next_to_clean && '← next_to_clean',
      );
      const key = `[${index}]`;
      if ((desc.status & VNIC_RXD_STAT_DD) === 0) {
        return {
          key,
          label: key,
          description: marks(desc.buffer_addr === null ? 'no buffer' : 'free', where),
        };
      }
      const bits = marks('DD', (desc.status & VNIC_RXD_STAT_EOP) !== 0 && 'EOP');
      const rest = (desc.frags ?? []).reduce((sum, { size }) => sum + size, 0);
      const bytes = desc.buffer_addr?.subarray(0, desc.length) ?? new Uint8Array(0);
      return {
        key,
        label: key,
        description: marks(bits, `${desc.length + rest} bytes`, frameText(bytes, desc.length + rest), where),
        context: desc.frame_number > 0 ? ['packet', 'copyable'] : ['copyable'],
        packetNumber: desc.frame_number > 0 ? desc.frame_number : undefined,
        value: frameText(bytes, desc.length + rest),
      };
    }),
  );
}
