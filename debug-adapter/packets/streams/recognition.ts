/** Which protocol a connection's bytes are: by its ports, or by what they look like. */
import type { StreamBytes } from './streamBytes.ts';
import type { StreamProtocol } from './streamProtocol.ts';

export class Ports {
  private readonly byPort: ReadonlyMap<number, StreamProtocol>;
  private readonly chosen: ReadonlyMap<number, StreamProtocol>;
  private readonly heuristic: readonly StreamProtocol[];

  /**
   * @param byPort protocols of the well-known ports
   * @param heuristic protocols that recognise their bytes, in the order in which they are asked
   * @param chosen what a person wants the ports to be decoded as
   */
  constructor(
    byPort: ReadonlyMap<number, StreamProtocol>,
    heuristic: readonly StreamProtocol[],
    chosen: ReadonlyMap<number, StreamProtocol> = new Map(),
  ) {
    this.byPort = byPort;
    this.heuristic = heuristic;
    this.chosen = chosen;
  }

  decodedAs(source: number, destination: number): StreamProtocol | null {
    return inTable(this.chosen, source, destination);
  }

  protocolOf(source: number, destination: number): StreamProtocol | null {
    return inTable(this.byPort, source, destination);
  }

  recognise(bytes: StreamBytes): StreamProtocol | null {
    return this.heuristic.find((protocol) => protocol.recognises?.(bytes)) ?? null;
  }
}

/** The lower port is asked first: it is the server's more often. */
function inTable(
  table: ReadonlyMap<number, StreamProtocol>,
  source: number,
  destination: number,
): StreamProtocol | null {
  const [low, high] = [Math.min(source, destination), Math.max(source, destination)];
  return table.get(low) ?? table.get(high) ?? null;
}
