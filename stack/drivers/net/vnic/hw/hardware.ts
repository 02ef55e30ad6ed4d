/**
 * The NIC itself: its registers, its interrupt line, and the two engines behind them. The driver knows it by read() and
 * write() and by what stands in the descriptor rings; the hardware knows nothing of the driver.
 */
import type { CapturePort } from '../../../../capture/capture.ts';
import { raise_irq } from '../../../../kernel/irq.ts';
import type { Machine } from '../../../../machine.ts';
import type { Wire } from '../../../../wire/wire.ts';
import type { vnic_rx_desc, vnic_tx_desc } from '../desc.ts';
import * as register from '../registers.ts';
import { RxEngine } from './rx_engine.ts';
import { TxEngine } from './tx_engine.ts';

export interface HardwareOptions {
  /** What captures call it: the interface's name. */
  readonly name: string;
  /** The interrupt that it is wired to. */
  readonly irq: number;
  /**
   * The far end is a NIC of this kind, which takes work that was not done: checksums not filled in, packets not cut.
   * Without this, what goes out is what Ethernet allows.
   */
  readonly virtual_link: boolean;
}

export class VnicHardware implements CapturePort {
  readonly machine: Machine;
  readonly name: string;
  readonly wire: Wire;
  readonly irq: number;
  readonly virtual_link: boolean;
  readonly tx: TxEngine;
  readonly rx: RxEngine;
  /** Causes of interrupts that the driver has not read yet: VNIC_ICR_… */
  icr = 0;
  /** Causes that may interrupt. */
  ims = 0;
  /** Longest frame, in bytes. */
  rlpml = 1514;

  constructor(machine: Machine, wire: Wire, options: HardwareOptions) {
    this.machine = machine;
    this.wire = wire;
    this.name = options.name;
    this.irq = options.irq;
    this.virtual_link = options.virtual_link;
    this.tx = new TxEngine(this);
    this.rx = new RxEngine(this);
    wire.attach((frame, more) => this.rx.receive(frame, more));
  }

  /** Tell where the rings are in memory. */
  map_rings(tx: readonly vnic_tx_desc[], rx: readonly vnic_rx_desc[]): void {
    this.tx.map_ring(tx);
    this.rx.map_ring(rx);
  }

  /** Read a register. */
  read(address: number): number {
    switch (address) {
      case register.ICR: {
        const cause = this.icr;
        this.icr = 0;
        return cause;
      }
      case register.IMS:
        return this.ims;
      case register.TDH:
        return this.tx.tdh;
      case register.TDT:
        return this.tx.tdt;
      case register.RDH:
        return this.rx.rdh;
      case register.RDT:
        return this.rx.rdt;
      case register.TDLEN:
        return this.tx.ring.length;
      case register.RDLEN:
        return this.rx.ring.length;
      case register.TCTL:
        return this.tx.enabled ? register.VNIC_TCTL_EN : 0;
      case register.RCTL:
        return this.rx.enabled ? register.VNIC_RCTL_EN : 0;
      case register.RLPML:
        return this.rlpml;
      case register.MPC: {
        const missed = this.rx.missed;
        this.rx.missed = 0;
        return missed;
      }
      default:
        return 0;
    }
  }

  /** Write a register. Writing a tail is the doorbell: the hardware goes to work. */
  write(address: number, value: number): void {
    switch (address) {
      case register.IMS:
        this.ims |= value;
        this.assert_irq();
        break;
      case register.IMC:
        this.ims &= ~value;
        break;
      case register.TDT:
        this.tx.tdt = value;
        this.tx.run();
        break;
      case register.RDT:
        this.rx.rdt = value;
        break;
      case register.TCTL:
        this.tx.enable((value & register.VNIC_TCTL_EN) !== 0);
        break;
      case register.RCTL:
        this.rx.enabled = (value & register.VNIC_RCTL_EN) !== 0;
        break;
      case register.RLPML:
        this.rlpml = value;
        break;
    }
  }

  /** Note a cause, without interrupting yet. */
  set_cause(cause: number): void {
    this.icr |= cause;
  }
  /** Interrupt the CPU if there is a cause that is not masked. */
  assert_irq(): void {
    // As interrupt throttling does: while the transmitter is at work causes gather, and one interrupt tells of all.
    if (this.tx.running) return;
    if ((this.icr & this.ims) !== 0) raise_irq(this.machine, this.irq);
  }
}
