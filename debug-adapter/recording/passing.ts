/** A wire brings a frame to every host. What becomes of it is told of the one that it is addressed to: by others it passes. */
import type { CapturePort, CaptureSink } from '../../stack/capture/capture.ts';
import { VnicHardware } from '../../stack/drivers/net/vnic/hw/hardware.ts';
import type { net_device } from '../../stack/include/linux/netdevice.ts';
import type { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { devices_on_wire } from '../../stack/world/links.ts';
import type { World } from '../../stack/world/world.ts';
import type { wire_frame } from '../../stack/wire/frame.ts';

/** Whether a packet that an interface has received is for another host of its wire. */
export function passesBy(world: World, { dev, head, mac_header }: sk_buff): boolean {
  return dev !== null && mac_header >= 0 && isAnothers(world, dev, head, mac_header);
}

/** @param at where the frame's address begins */
function isAnothers(world: World, dev: net_device, bytes: Uint8Array, at: number): boolean {
  const isOf = ({ dev_addr }: net_device): boolean => dev_addr.every((byte, i) => byte === bytes[at + i]);
  // Nobody has the address of a group.
  return !isOf(dev) && devices_on_wire(world, dev).some((other) => other !== dev && isOf(other));
}

/** The sink learns what becomes of a frame at the host that it is addressed to, and at all hosts if it is for a group, or for nobody. */
export function whereAddressed(world: World, sink: CaptureSink): CaptureSink {
  const isPassing = ({ head }: wire_frame, port: CapturePort | undefined): boolean => {
    if (!(port instanceof VnicHardware)) return false;
    const devices = [...port.machine.init_net.dev_base.values()];
    const dev = devices.find(({ name }) => name === port.name);
    return dev !== undefined && isAnothers(world, dev, head, 0);
  };
  return {
    sent: (frame, port) => sink.sent(frame, port),
    received: (frame, port) => {
      if (!isPassing(frame, port)) sink.received(frame, port);
    },
    lost: (frame, reason, ring) => {
      if (!isPassing(frame, ring?.port)) sink.lost(frame, reason, ring);
    },
  };
}
