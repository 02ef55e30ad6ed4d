/** The tree "Network interfaces": rings, interrupt and NAPI, counters, frames on the wire. */
import { message } from '../../../language/message.ts';
import type { net_device } from '../../../stack/include/linux/netdevice.ts';
import { NAPIF_STATE_SCHED } from '../../../stack/include/linux/netdevice.ts';
import { vnic_adapter } from '../../../stack/drivers/net/vnic/adapter.ts';
import { VNIC_INTERRUPTS } from '../../../stack/drivers/net/vnic/registers.ts';
import type { Machine } from '../../../stack/machine.ts';
import { EthernetEnd } from '../../../stack/wire/ethernet.ts';
import { NetemWire } from '../../../stack/wire/netem.ts';
import { frame_bytes, type wire_frame } from '../../../stack/wire/frame.ts';
import type { Describer } from '../describe.ts';
import { duration, hex, mac, plural } from '../format.ts';
import { Names } from '../names.ts';
import { flags } from '../fieldKind.ts';
import { frameWords, wordsText } from '../packetText.ts';
import { deviceFlags } from '../presenters/device.ts';
import { limited, itemNode, type TreeNode } from './node.ts';
import { RingNodes } from './rings.ts';
import { roughly, shortPacket } from '../short.ts';

const interruptCauses = flags(new Names(VNIC_INTERRUPTS));

export class InterfacesTree {
  readonly #machine: Machine;
  readonly #describer: Describer;
  readonly #rings: RingNodes;

  constructor(machine: Machine, describer: Describer) {
    this.#machine = machine;
    this.#describer = describer;
    this.#rings = new RingNodes(describer);
  }

  roots(): TreeNode[] {
    return [...this.#machine.init_net.dev_base.values()].map((dev) => this.#device(dev));
  }

  #device(dev: net_device): TreeNode {
    const adapter = dev.priv instanceof vnic_adapter ? dev.priv : undefined;
    const flags = deviceFlags(dev.flags);
    const state =
      adapter === undefined
        ? flags
        : `NAPI ${this.#napiState(adapter)} · IRQ ${adapter.hw.ims === 0 ? 'masked' : 'unmasked'}`;
    return {
      key: `dev:${dev.ifindex}`,
      label: dev.name,
      description: state,
      tooltip: [`${dev.name} ${flags} mtu ${dev.mtu}`, `link/ether ${mac(dev.dev_addr)}`, state].join('\n'),
      icon: 'circuit-board',
      expanded: true,
      children: () => [
        ...(adapter === undefined ? [] : this.#hardware(adapter)),
        this.#counters(dev, adapter),
        this.#struct(dev),
      ],
    };
  }

  #napiState({ napi }: vnic_adapter): string {
    return (napi.state & NAPIF_STATE_SCHED) !== 0 ? 'scheduled' : 'idle';
  }

  #hardware(adapter: vnic_adapter): TreeNode[] {
    const nodes = [this.#rings.tx(adapter), this.#rings.rx(adapter), this.#interrupt(adapter)];
    const { wire } = adapter.hw;
    const path = wire instanceof EthernetEnd ? wire.path : wire;
    if (path instanceof NetemWire) nodes.push(this.#wire(path));
    return nodes;
  }
  #interrupt({ hw, irq, napi }: vnic_adapter): TreeNode {
    const action = this.#machine.irqs.get(irq);
    const parts: [string, string][] = [
      ['mask (IMS)', hw.ims === 0 ? 'all masked' : interruptCauses.show(hw.ims, this.#machine)],
      ['causes (ICR)', hw.icr === 0 ? 'none' : interruptCauses.show(hw.icr, this.#machine)],
      ['handled', `${action?.count ?? 0} times`],
      [
        'NAPI',
        `${this.#napiState({ napi } as vnic_adapter)}, weight ${napi.weight}, state ${hex(napi.state)}`,
      ],
    ];
    return {
      key: 'irq',
      label: `IRQ ${irq}`,
      description: `${hw.ims === 0 ? 'masked' : 'unmasked'}${hw.icr === 0 ? '' : ', cause pending'}`,
      icon: 'zap',
      children: () =>
        parts.map(([label, description]) => ({
          key: label,
          label,
          description,
          context: ['copyable'],
          value: description,
        })),
    };
  }

  #wire(wire: NetemWire): TreeNode {
    const frames = wire.latency.frames;
    const isCopy = (at: number): boolean =>
      frames.slice(0, at).some(({ frame }) => frame.number === frames[at]!.frame.number);
    const effects = (['loss', 'reorder', 'duplicate', 'corrupt'] as const)
      .filter((name) => wire[name].probability > 0)
      .map((name) => `${name} ${wire[name].probability * 100} %`);
    const speed =
      wire.bandwidth.bits_per_second === 0 ? [] : [`${wire.bandwidth.bits_per_second / 1e6} Mbit/s`];
    return {
      key: 'wire',
      label: 'wire',
      description: [
        plural(frames.length, 'frame'),
        `latency ${duration(wire.latency.latency_ns)}`,
        ...speed,
        ...effects,
      ].join(', '),
      icon: 'arrow-swap',
      children:
        frames.length === 0
          ? undefined
          : () =>
              limited(frames.map(({ frame, arrives_at }, at) => this.#flight(frame, arrives_at, isCopy(at)))),
    };
  }
  #flight(frame: wire_frame, arrives_at: number, isCopy: boolean): TreeNode {
    const words = frameWords(frame_bytes(frame), frame.length, this.#describer.sequences);
    const left = arrives_at - this.#machine.now_ns;
    return {
      key: `frame:${frame.number}${isCopy ? ':copy' : ''}`,
      label: `in ${roughly(left)}`,
      description: shortPacket(words),
      tooltip: [
        message('Frame {0} arrives in {1}: {2} bytes', frame.number, duration(left), frame.length),
        wordsText(words),
      ],
      icon: 'package',
      context: ['packet', 'frame'],
      packetNumber: frame.number,
      memory: frame,
    };
  }

  #counters(dev: net_device, adapter: vnic_adapter | undefined): TreeNode {
    const names = ['tx_stop_queue', 'restart_queue', 'tx_busy', 'hw_csum_good', 'hw_csum_err'];
    return {
      key: 'counters',
      label: 'counters',
      description: `RX ${dev.stats.rx_packets} · TX ${dev.stats.tx_packets} packets`,
      icon: 'graph',
      children: () => [
        ...this.#describer.ownFields(dev.stats).map(itemNode),
        ...(adapter === undefined ? [] : names.map((name) => itemNode(this.#describer.field(adapter, name)))),
      ],
    };
  }
  #struct(dev: net_device): TreeNode {
    return {
      key: 'struct',
      label: 'struct net_device',
      description: `mtu ${dev.mtu}`,
      icon: 'symbol-structure',
      children: () => this.#describer.ownFields(dev).map(itemNode),
    };
  }
}
