/** Frames in transit, as a debugger finds, changes and makes them. */
import type { CapturePort } from '../capture/capture.ts';
import { change_received, change_to_send, received_frames } from '../drivers/net/vnic/ring_change.ts';
import { ETH_HLEN } from '../include/linux/netdevice.ts';
import { told } from '../lib/told.ts';
import { frame_from, type wire_frame } from '../wire/frame.ts';
import { change_in_flight, FrameChangeError, type FrameChange } from '../wire/frame_change.ts';
import { world_links, world_nics } from './links.ts';
import type { StoredBytes } from './memory.ts';
import type { World } from './world.ts';

/** Which frame: one that has been sent, by its number; or a packet to be sent, by its descriptor in the TX ring. */
export type FramePlace = { number: number } | { link: string; descriptor: number };

/** @throws FrameChangeError where it cannot be done: nothing is changed then */
export function change_frame(world: World, place: FramePlace, change: FrameChange): void {
  if (!('number' in place)) {
    const nic = world_nics(world).get(place.link);
    if (nic === undefined) throw unknown_link(world, place.link);
    return change_to_send(nic, world_links(world).get(place.link)?.wire ?? null, place.descriptor, change);
  }
  const { number } = place;
  for (const { wire } of world_links(world).values())
    if (change_in_flight(world, wire, number, change)) return;
  for (const nic of world_nics(world).values()) if (change_received(nic, number, change)) return;
  throw new FrameChangeError(
    number < 1 || number > world.frame_count
      ? told('there is no packet {0}: {1} are sent so far', number, world.frame_count)
      : told(
          'packet {0} is on no wire and in no ring any more: it was received or lost, or a fault holds it back',
          number,
        ),
  );
}

/** A frame that can be changed. */
export interface FrameInTransit {
  number: number;
  /** Where it is: of a frame on a wire, the link; of one in a receive ring, the interface that has received it. */
  link: string;
  /** When it arrives, in ns; null: its last bit is not sent yet, or it has arrived and the driver has not taken it. */
  arrives_at: number | null;
  store: wire_frame | Uint8Array;
  /** The field that holds a buffer. */
  stored?: StoredBytes;
}

/** All frames on wires and in receive rings. */
export function frames_in_transit(world: World): FrameInTransit[] {
  const found: FrameInTransit[] = [];
  for (const [link, { wire }] of world_links(world)) {
    const { sending } = wire.bandwidth;
    for (const { frame, arrives_at } of wire.latency.frames)
      found.push({ number: frame.number, link, arrives_at, store: frame });
    if (sending !== null) found.push({ number: sending.number, link, arrives_at: null, store: sending });
  }
  for (const [link, nic] of world_nics(world))
    for (const owner of received_frames(nic)) {
      const stored: StoredBytes = { owner, name: 'buffer_addr' };
      found.push({ number: owner.frame_number, link, arrives_at: null, store: owner.buffer_addr!, stored });
    }
  return found;
}

/** Whether a frame is still on a wire. */
export function is_in_flight(world: World, frame: wire_frame): boolean {
  return [...world_links(world).values()].some(
    ({ wire: { latency, bandwidth } }) =>
      bandwidth.sending === frame || latency.frames.some((flight) => flight.frame === frame),
  );
}

/**
 * Put a frame on a link, as if the link's interface had sent it: it arrives at the other ends after the link's latency.
 * No fault of the link befalls it.
 *
 * @throws FrameChangeError for a link that is not there, and for a frame that is none
 */
export function inject_frame(world: World, link: string, hex: string): void {
  const found = world_links(world).get(link);
  if (found === undefined) throw unknown_link(world, link);
  const { dev, wire } = found;
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  const most = dev.mtu + ETH_HLEN;
  if (bytes.length < ETH_HLEN || bytes.length > most)
    throw new FrameChangeError(
      told('a frame on {0} has from {1} to {2} bytes, not {3}', link, ETH_HLEN, most, bytes.length),
    );
  const frame = frame_from(++world.frame_count, world.now_ns, bytes);
  const port: CapturePort = { machine: dev.machine, name: dev.name, is_outside: true, is_debugger: true };
  world.capture?.sent(frame, port);
  wire.latency.deliver_after(frame, Math.max(1, wire.latency.latency_ns));
}

function unknown_link(world: World, link: string): FrameChangeError {
  const known = [...world_links(world).keys()].join(', ');
  return new FrameChangeError(told('there is no link "{0}": known are {1}', link, known));
}
