/** The wire of a loopback NIC: what it sends comes back to it, after all that the configuration does to it. */
import type { NicConfig } from '../config.ts';
import type { Machine } from '../machine.ts';
import { BandwidthStage } from './bandwidth.ts';
import { CorruptStage } from './corrupt.ts';
import { DropStage, type FramePredicate } from './drop.ts';
import { DuplicateStage } from './duplicate.ts';
import type { wire_frame } from './frame.ts';
import { LatencyWire } from './latency.ts';
import { LossStage } from './loss.ts';
import { ReorderStage } from './reorder.ts';
import type { Receiver, Wire } from './wire.ts';

export type LoopbackWireConfig = Omit<NicConfig, 'mtu' | 'ringSize'>;

/**
 * The stages stand in the order in which a frame passes them: it goes out bit by bit (bandwidth), may get lost,
 * be doubled or damaged under way, and arrives when its time has passed (reordering, latency).
 */
export class LoopbackWire implements Wire {
  readonly latency: LatencyWire;
  readonly reorder: ReorderStage;
  readonly corrupt: CorruptStage;
  readonly duplicate: DuplicateStage;
  readonly loss: LossStage;
  readonly dropped: DropStage;
  readonly bandwidth: BandwidthStage;

  constructor(machine: Machine, config: LoopbackWireConfig) {
    this.latency = new LatencyWire(machine, config.latency);
    this.reorder = new ReorderStage(machine, config.reorder, this.latency);
    this.corrupt = new CorruptStage(machine, config.corrupt, this.reorder);
    this.duplicate = new DuplicateStage(machine, config.duplicate, this.corrupt);
    this.loss = new LossStage(machine, config.loss, this.duplicate);
    this.dropped = new DropStage(machine, this.loss);
    this.bandwidth = new BandwidthStage(machine, config.bandwidth, this.dropped);
  }

  transmit(frame: wire_frame): number {
    return this.bandwidth.transmit(frame);
  }
  attach(receive: Receiver): void {
    this.bandwidth.attach(receive);
  }

  /** Lose the frames that `predicate` picks. @returns a function that ends it */
  drop(predicate: FramePredicate): () => void {
    return this.dropped.drop(predicate);
  }
}
