/** Writes what all records have: their moment, host and task, and the ends of a socket. */
import type { CapturePort } from '../../stack/capture/capture.ts';
import { inet_sock } from '../../stack/include/net/inet_sock.ts';
import { sock, type sock_common } from '../../stack/include/net/sock.ts';
import { IPPROTO_TCP } from '../../stack/include/uapi/linux/in.ts';
import type { Machine } from '../../stack/machine.ts';
import type { RingWriter } from '../../stack/trace/ring.ts';
import type { World } from '../../stack/world/world.ts';
import { HEAD_BYTES, NO_PROTOCOL } from './layout.ts';
import type { NameWriter } from './nameTable.ts';

interface PortNames {
  host: number;
  name: number;
}

export class RecordWriter {
  readonly world: World;
  readonly ring: RingWriter;
  readonly names: NameWriter;
  /** Numbers of the hosts' names, by the machine's index. */
  readonly #hosts: number[] = [];
  readonly #ports = new Map<CapturePort, PortNames>();

  constructor(world: World, ring: RingWriter, names: NameWriter) {
    this.world = world;
    this.ring = ring;
    this.names = names;
  }

  /**
   * Begins a record; commit() ends it.
   *
   * @returns the offset of what follows the record's head
   */
  begin(kind: number, host: number, pid: number, extra: number, length: number): number {
    const at = this.ring.reserve(kind, HEAD_BYTES + length);
    const { view } = this.ring;
    view.setFloat64(at, this.world.event, true);
    view.setFloat64(at + 8, this.world.time_ns, true);
    view.setUint32(at + 16, pid, true);
    view.setUint16(at + 20, host, true);
    view.setUint16(at + 22, extra, true);
    return at + HEAD_BYTES;
  }
  commit(): void {
    this.ring.commit();
  }

  /** @param sk null: no socket, which has protocol 255 */
  ends(at: number, sk: sock_common | null): void {
    const { view, bytes } = this.ring;
    if (sk === null) {
      bytes[at + 12] = NO_PROTOCOL;
      return;
    }
    view.setInt32(at, sk.skc_rcv_saddr, true);
    view.setInt32(at + 4, sk.skc_daddr, true);
    // A socket that is closed has no port in the tables any more, but in its headers.
    view.setUint16(at + 8, sk.skc_num || (sk instanceof inet_sock ? sk.inet_sport : 0), true);
    view.setUint16(at + 10, sk.skc_dport, true);
    bytes[at + 12] = sk instanceof sock ? sk.sk_protocol : IPPROTO_TCP;
  }

  /** The task in whose context code runs; 0: an interrupt or a softirq. */
  get pid(): number {
    const machine = this.world.running;
    if (machine === null) return 0;
    const { softirq, current, idle } = machine;
    return current === idle || softirq.serving || softirq.hardirq > 0 ? 0 : current.pid;
  }
  host(machine: Machine): number {
    return (this.#hosts[machine.index] ??= this.names.numberOf(machine.hostname));
  }
  port(port: CapturePort): PortNames {
    let names = this.#ports.get(port);
    if (names === undefined) {
      names = { host: this.names.numberOf(port.machine.hostname), name: this.names.numberOf(port.name) };
      this.#ports.set(port, names);
    }
    return names;
  }
}
