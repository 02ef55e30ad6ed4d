/** A machine without protocols: one NIC on one wire, and packets of an EtherType that only the tests know. */
import { DEFAULT_NIC, type NicConfig } from '../../../stack/config.ts';
import { type vnic_adapter, vnic_priv } from '../../../stack/drivers/net/vnic/adapter.ts';
import type { VnicKind } from '../../../stack/drivers/net/vnic/kinds.ts';
import { vnic_probe, vnic_wire } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import { dev_hard_header, type net_device } from '../../../stack/include/linux/netdevice.ts';
import { page, type sk_buff } from '../../../stack/include/linux/skbuff.ts';
import { Machine } from '../../../stack/machine.ts';
import { dev_add_pack } from '../../../stack/net/core/dev/receive.ts';
import { dev_open, net_dev_init } from '../../../stack/net/core/dev/register.ts';
import { dev_queue_xmit } from '../../../stack/net/core/dev/xmit.ts';
import {
  alloc_skb,
  consume_skb,
  skb_fill_page_desc,
  skb_put,
  skb_reserve,
} from '../../../stack/net/core/skbuff/alloc.ts';
import { frame_bytes, wire_frame } from '../../../stack/wire/frame.ts';
import { World } from '../../../stack/world/world.ts';

/** IEEE's EtherType for local experiments. */
export const TEST_ETHERTYPE = 0x88b5;

export interface Received {
  at_ns: number;
  bytes: Uint8Array;
  skb: sk_buff;
}

export class Link {
  readonly machine: Machine;
  readonly dev: net_device;
  readonly adapter: vnic_adapter;
  /** What came up to the protocol, without Ethernet header. */
  readonly received: Received[] = [];
  readonly started_ns: number;

  constructor(nic: Partial<NicConfig> = {}, seed = 1, kind?: VnicKind) {
    const config = { ...DEFAULT_NIC, ...nic };
    this.machine = new Machine(new World(seed), { sysctl: {}, nic: config });
    this.started_ns = this.machine.now_ns;
    net_dev_init(this.machine);
    this.dev =
      kind === undefined
        ? vnic_probe(this.machine.init_net, config)
        : vnic_probe(this.machine.init_net, config, kind);
    this.adapter = vnic_priv(this.dev);
    dev_open(this.dev);
    this.receiveAll(TEST_ETHERTYPE);
  }

  get wire() {
    return vnic_wire(this.dev);
  }

  receiveAll(type: number): void {
    dev_add_pack(this.machine.init_net, {
      type,
      func: (skb) => {
        this.received.push({ at_ns: this.machine.now_ns - this.started_ns, bytes: skbBytes(skb), skb });
        consume_skb(skb);
        return 0;
      },
    });
  }

  /** A packet with `linear` as its linear part and `pages` as fragments, one each. */
  packet(linear: Uint8Array, pages: readonly Uint8Array[] = [], type = TEST_ETHERTYPE): sk_buff {
    const skb = alloc_skb(this.machine, 64 + linear.length);
    skb_reserve(skb, 64);
    skb.head.set(linear, skb_put(skb, linear.length));
    for (const bytes of pages) {
      skb_fill_page_desc(skb, skb.shinfo.frags.length, new page(bytes), 0, bytes.length);
      skb.len += bytes.length;
      skb.data_len += bytes.length;
    }
    skb.dev = this.dev;
    skb.protocol = type;
    dev_hard_header(skb, this.dev, type, null, null, skb.len);
    return skb;
  }

  send(linear: Uint8Array, pages: readonly Uint8Array[] = []): number {
    return dev_queue_xmit(this.packet(linear, pages));
  }

  /** Send packets of 4 bytes, of which the last is a running number. */
  sendNumbered(count: number, from = 0): void {
    for (let i = from; i < from + count; i++) this.send(Uint8Array.of(0, 0, i >> 8, i & 0xff));
  }
  get receivedNumbers(): number[] {
    return this.received.map(({ bytes }) => (bytes[2]! << 8) | bytes[3]!);
  }

  /** Let time pass until nothing is on the way any more. */
  settle(): void {
    runHardware(this.machine.world);
  }
}

export function runHardware(world: World, until_ns = Infinity): void {
  const { events } = world;
  for (let { next } = events; next <= until_ns && next < Infinity; next = events.next) {
    world.advance_to(Math.max(world.now_ns, next));
    events.advance(world.now_ns);
  }
}

export function skbBytes(skb: sk_buff): Uint8Array {
  const parts = [skb.head.subarray(skb.data, skb.data + skb.len - skb.data_len)];
  for (const {
    page: { bytes },
    offset,
    size,
  } of skb.shinfo.frags)
    parts.push(bytes.subarray(offset, offset + size));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Numbers 0, 1, 2, … as bytes. */
export function pattern(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) & 0xff);
}

/** A world without machines, for wires without a NIC. */
export function bareWorld(seed = 1): World {
  return new World(seed);
}
/** A machine without a network. */
export function bareMachine(seed = 1): Machine {
  return new Machine(bareWorld(seed), { sysctl: {}, nic: DEFAULT_NIC });
}

let frames = 0;
export function frameOf(head: Uint8Array): wire_frame {
  return new wire_frame(++frames, 0, head.length, head, []);
}

/** A wire's far end that writes down what arrives, and when. */
export function farEnd(world: World) {
  const started = world.now_ns;
  const arrivals: { at_ns: number; frame: wire_frame; more: boolean }[] = [];
  return {
    arrivals,
    receive(frame: wire_frame, more: boolean) {
      arrivals.push({ at_ns: world.now_ns - started, frame, more });
    },
    /** The first byte of each frame. */
    get labels(): number[] {
      return arrivals.map(({ frame }) => frame_bytes(frame)[0]!);
    },
  };
}
