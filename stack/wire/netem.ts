/**
 * One direction of a wire, with everything a network may do to frames.
 *
 * @linux net/sched/sch_netem.c, for the parameters
 */
import type { NicConfig } from '../config.ts';
import type { World } from '../world/world.ts';
import { BandwidthStage } from './bandwidth.ts';
import { CorruptStage } from './corrupt.ts';
import { DropStage, type FramePredicate } from './drop.ts';
import { DuplicateStage } from './duplicate.ts';
import type { wire_frame } from './frame.ts';
import { LatencyWire } from './latency.ts';
import { LossStage } from './loss.ts';
import { ReorderStage } from './reorder.ts';
import { ScheduledStage } from './scheduled.ts';
import type { Receiver, Wire } from './wire.ts';

export type NetemConfig = Omit<NicConfig, 'mtu' | 'ringSize'>;

/**
 * The stages are in the order in which a frame passes them: it is serialized (bandwidth), meets what a schedule
 * has for it, may be lost, duplicated or corrupted, and arrives after a delay (reordering, latency).
 */
export class NetemWire implements Wire {
  readonly latency: LatencyWire;
  readonly reorder: ReorderStage;
  readonly corrupt: CorruptStage;
  readonly duplicate: DuplicateStage;
  readonly loss: LossStage;
  readonly dropped: DropStage;
  readonly scheduled: ScheduledStage;
  readonly bandwidth: BandwidthStage;

  constructor(world: World, config: NetemConfig) {
    this.latency = new LatencyWire(world, config.latency);
    this.reorder = new ReorderStage(world, config.reorder, this.latency);
    this.corrupt = new CorruptStage(world, config.corrupt, this.reorder);
    this.duplicate = new DuplicateStage(world, config.duplicate, this.corrupt);
    this.loss = new LossStage(world, config.loss, this.duplicate);
    this.dropped = new DropStage(world, this.loss);
    this.scheduled = new ScheduledStage(world, this.dropped);
    this.bandwidth = new BandwidthStage(world, config.bandwidth, this.scheduled);
  }

  transmit(frame: wire_frame): number {
    return this.bandwidth.transmit(frame);
  }
  attach(receive: Receiver): void {
    this.bandwidth.attach(receive);
  }

  /** Lose the frames that `predicate` selects. @returns a function that ends the loss */
  drop(predicate: FramePredicate): () => void {
    return this.dropped.drop(predicate);
  }
}
