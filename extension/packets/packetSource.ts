// Where the packets of a panel come from: a debug session, or a capture file.
import type { SockscopeRequests } from '../../debug-adapter/protocol.ts';
import type { CaptureRequest } from '../../debug-adapter/captures/messages.ts';

export interface PacketSource {
  /** Packets so far. */
  readonly packets: number;
  /** Rejects with a message for the user. */
  request<Name extends CaptureRequest>(
    name: Name,
    body: SockscopeRequests[Name]['arguments'],
  ): Promise<SockscopeRequests[Name]['response']>;
}
