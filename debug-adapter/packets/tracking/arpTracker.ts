/** Knows which hardware address has said that an IP address is its own, and finds others that say the same. */

/** An earlier packet that binds an IP address to another hardware address. */
export interface Duplicate {
  readonly ip: number;
  /** The hardware address that this packet tells, and the one that was told earlier. */
  readonly mac: number;
  readonly earlierMac: number;
  readonly earlierNumber: number;
  /** Between the seconds in which the packets were captured. */
  readonly seconds: number;
}

interface Binding {
  readonly mac: number;
  number: number;
  timeNs: number;
}

/** Maximum number of addresses; the oldest is forgotten first. */
const MAX_BINDINGS = 20_000;

export class ArpTracker {
  private readonly bindings = new Map<number, Binding>();

  /** @returns who else has the address; null if nobody has. Only the first binding is remembered */
  add(ip: number, mac: number, number: number, timeNs: number): Duplicate | null {
    const earlier = this.bindings.get(ip);
    if (!earlier) {
      if (this.bindings.size >= MAX_BINDINGS) {
        const oldest = this.bindings.keys().next();
        if (!oldest.done) this.bindings.delete(oldest.value);
      }
      this.bindings.set(ip, { mac, number, timeNs });
      return null;
    }
    // A packet that tells an address twice does not contradict itself.
    if (earlier.number === number) return null;
    if (earlier.mac !== mac) {
      const seconds = Math.floor(timeNs / 1e9) - Math.floor(earlier.timeNs / 1e9);
      return { ip, mac, earlierMac: earlier.mac, earlierNumber: earlier.number, seconds };
    }
    earlier.number = number;
    earlier.timeNs = timeNs;
    return null;
  }
}
