/**
 * The NIC itself: its registers, its interrupt line, and its two engines. The driver uses it through read(),
 * write() and the descriptor rings; the hardware knows nothing about the driver.
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
  /** The interface's name in captures. */
  readonly name: string;
  /** The number of its interrupt. */
  readonly irq: number;
  /**
   * The peer is a NIC of this kind, which accepts unfinished work: missing checksums, unsegmented packets.
   * Otherwise all frames sent conform to Ethernet.
   */
  readonly virtual_link: boolean;
}

export class VnicHardware implements CapturePort {
  readonly machine: Machine;
  readonly name: string;
  readonly is_outside = false;
  readonly wire: Wire;
  readonly irq: number;
  readonly virtual_link: boolean;
  readonly tx: TxEngine;
  readonly rx: RxEngine;
  /** Pending interrupt causes that the driver has not read: VNIC_ICR_… */
  icr = 0;
  /** Causes that are enabled to interrupt. */
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

  /** Set the memory of the rings. */
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

  /** Write a register. Writing a tail register is the doorbell: the hardware starts to work. */
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

  /** Record a cause without raising an interrupt. */
  set_cause(cause: number): void {
    this.icr |= cause;
  }
  /** Interrupt the CPU if an unmasked cause is pending. */
  assert_irq(): void {
    // Interrupt throttling: causes accumulate while the transmitter is active, and one interrupt reports them
    // all.
    if (this.tx.running) return;
    if ((this.icr & this.ims) !== 0) raise_irq(this.machine, this.irq);
  }
}
