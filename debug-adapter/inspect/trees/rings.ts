/** The descriptor rings of a NIC, descriptor by descriptor. */
import { message } from '../../../language/message.ts';
import type { vnic_adapter } from '../../../stack/drivers/net/vnic/adapter.ts';
import {
  VNIC_RXD_ERR_RXE,
  VNIC_RXD_STAT_DD,
  VNIC_RXD_STAT_EOP,
  VNIC_TXD_CMD_EOP,
  VNIC_TXD_STAT_DD,
} from '../../../stack/drivers/net/vnic/desc.ts';
import { ring_used } from '../../../stack/drivers/net/vnic/ring.ts';
import { is_to_send } from '../../../stack/drivers/net/vnic/ring_change.ts';
import { link_name } from '../../../stack/world/links.ts';
import { frameWords, packetWords, wordsText } from '../packetText.ts';
import type { Describer } from '../describe.ts';
import type { SequenceBases } from '../sequenceBases.ts';
import { itemNode, type TreeNode } from './node.ts';
import { shortPacket } from '../short.ts';

function marks(...parts: (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join(' ');
}

const FREE = 'free';
/** Runs of free descriptors are folded, otherwise they would fill the view of a ring of 256. */
function folded(nodes: TreeNode[]): TreeNode[] {
  const shown: TreeNode[] = [];
  for (let at = 0; at < nodes.length;) {
    let end = at;
    while (end < nodes.length && nodes[end]!.description === FREE) end++;
    const run = nodes.slice(at, end);
    if (run.length > 2) {
      const label = `[${at}…${end - 1}]`;
      shown.push({ key: `free from ${at}`, label, description: FREE, children: () => run });
    } else shown.push(...run);
    if (end < nodes.length) shown.push(nodes[end]!);
    at = end + 1;
  }
  return shown;
}

export class RingNodes {
  readonly #describer: Describer;
  readonly #sequences: SequenceBases;

  constructor(describer: Describer) {
    this.#describer = describer;
    this.#sequences = describer.sequences;
  }

  /** The driver's own counts. */
  #counts(ring: vnic_adapter['tx_ring'] | vnic_adapter['rx_ring']): TreeNode[] {
    return ['next_to_use', 'next_to_clean'].map((name) => itemNode(this.#describer.field(ring, name)));
  }

  tx({ tx_ring: ring, hw }: vnic_adapter): TreeNode {
    const pending = ring_used(hw.tx.tdh, hw.tx.tdt, ring.count);
    return {
      key: 'tx',
      label: 'TX ring',
      description: `${pending} of ${ring.count} · head ${hw.tx.tdh} · tail ${hw.tx.tdt}`,
      tooltip: [
        pending === 1
          ? message('1 descriptor of {0} to be sent.', ring.count)
          : message('{0} descriptors of {1} to be sent.', pending, ring.count),
        message(
          'The driver fills descriptors at the tail, the hardware sends them from the head. A packet is freed when its last descriptor has DD.',
        ),
      ],
      icon: 'arrow-up',
      children: () => [
        ...this.#counts(ring),
        ...folded(ring.desc.map((_, index) => this.#txDescriptor(ring, hw, index))),
      ],
    };
  }
  #txDescriptor(ring: vnic_adapter['tx_ring'], hw: vnic_adapter['hw'], index: number): TreeNode {
    const desc = ring.desc[index]!;
    const { skb } = ring.buffer_info[index]!;
    const key = `[${index}]`;
    const isToSend = is_to_send(ring, hw, index);
    const { world, hostname } = hw.machine;
    const link = link_name(world, hostname, hw.name);
    const where = marks(
      index === hw.tx.tdh && '← head',
      index === hw.tx.tdt && '← tail',
      index === ring.next_to_clean && '← next_to_clean',
    );
    if (desc.length === 0) return { key, label: key, description: marks(FREE, where) };
    const bits = marks(
      (desc.status & VNIC_TXD_STAT_DD) !== 0 && 'DD',
      (desc.cmd & VNIC_TXD_CMD_EOP) !== 0 && 'EOP',
    );
    const words = skb === null ? undefined : packetWords(skb, this.#sequences);
    return {
      key,
      label: key,
      description: marks(bits, words === undefined ? `${desc.length} bytes` : shortPacket(words), where),
      tooltip: marks(bits, `${desc.length} bytes`, words !== undefined && wordsText(words), where),
      context: isToSend ? ['copyable', 'frame'] : ['copyable'],
      descriptor: isToSend ? { link, descriptor: index } : undefined,
      value: words === undefined ? '' : wordsText(words),
      memory: skb ?? desc.buffer_addr ?? undefined,
      stored: { owner: desc, name: 'buffer_addr' },
    };
  }

  rx({ rx_ring: ring, hw }: vnic_adapter): TreeNode {
    const done = ring.desc.filter(({ status }) => (status & VNIC_RXD_STAT_DD) !== 0).length;
    return {
      key: 'rx',
      label: 'RX ring',
      description: `${done} of ${ring.count} · next_to_clean ${ring.next_to_clean}`,
      tooltip: [
        done === 1
          ? message('1 descriptor of {0} with a frame that the driver has not taken yet.', ring.count)
          : message(
              '{0} descriptors of {1} with a frame that the driver has not taken yet.',
              done,
              ring.count,
            ),
        message(
          'The hardware writes frames into the buffers from its head on and sets DD; the driver takes them at next_to_clean.',
        ),
      ],
      icon: 'arrow-down',
      expanded: true,
      children: () => [
        ...this.#counts(ring),
        ...folded(ring.desc.map((_, index) => this.#rxDescriptor(ring, hw, index))),
      ],
    };
  }
  #rxDescriptor(ring: vnic_adapter['rx_ring'], hw: vnic_adapter['hw'], index: number): TreeNode {
    const desc = ring.desc[index]!;
    const key = `[${index}]`;
    const where = marks(
      index === hw.rx.rdh && '← head',
      index === hw.rx.rdt && '← tail',
      index === ring.next_to_clean && '← next_to_clean',
    );
    const bytesOf = { memory: desc.buffer_addr ?? undefined, stored: { owner: desc, name: 'buffer_addr' } };
    if ((desc.status & VNIC_RXD_STAT_DD) === 0) {
      const what = desc.buffer_addr === null ? 'no buffer' : FREE;
      return { key, label: key, description: marks(what, where), ...bytesOf };
    }
    const isDamaged = (desc.errors & VNIC_RXD_ERR_RXE) !== 0;
    const bits = marks('DD', (desc.status & VNIC_RXD_STAT_EOP) !== 0 && 'EOP', isDamaged && 'RXE');
    const isFrame = desc.frame_number > 0 && !isDamaged;
    const length = (desc.frags ?? []).reduce((sum, { size }) => sum + size, desc.length);
    const bytes = desc.buffer_addr?.subarray(0, desc.length) ?? new Uint8Array(0);
    const words = frameWords(bytes, length, this.#sequences);
    return {
      key,
      label: key,
      description: marks(bits, shortPacket(words), where),
      tooltip: marks(bits, `${length} bytes`, wordsText(words), where),
      context: [
        ...(desc.frame_number > 0 ? (['packet'] as const) : []),
        ...(isFrame ? (['frame', 'arrived'] as const) : []),
        'copyable',
      ],
      packetNumber: desc.frame_number > 0 ? desc.frame_number : undefined,
      value: wordsText(words),
      ...bytesOf,
    };
  }
}
