/** Answers what is asked about the packets of a capture file. */
import type { SockscopeRequests } from '../protocol.ts';
import { completeFilter, filterFor } from '../packets/filterRequests.ts';
import { rowsOf } from '../packets/packetRows.ts';
import type { PacketStore } from '../packets/packetStore.ts';
import { exportPackets } from '../packets/pcapFile.ts';
import type { CaptureRequest } from './messages.ts';

type Answers = {
  [Name in CaptureRequest]: (
    store: PacketStore,
    body: SockscopeRequests[Name]['arguments'],
  ) => SockscopeRequests[Name]['response'] | Promise<SockscopeRequests[Name]['response']>;
};

const ANSWERS: Answers = {
  'sockscope/packets': rowsOf,
  'sockscope/packet': (store, { number }) => store.packet(number),
  'sockscope/filterCompletions': completeFilter,
  'sockscope/filterFor': filterFor,
  'sockscope/annotatePacket': (store, body) => {
    store.annotate(body);
    return {};
  },
  'sockscope/findPacket': (store, body) => store.find(body),
  'sockscope/exportPackets': async (store, { path }) => ({ packets: await exportPackets(path, store) }),
};

/** Throws an error for the user. */
export function answerCapture<Name extends CaptureRequest>(
  store: PacketStore,
  name: Name,
  body: SockscopeRequests[Name]['arguments'],
): SockscopeRequests[Name]['response'] | Promise<SockscopeRequests[Name]['response']> {
  if (!Object.hasOwn(ANSWERS, name)) throw new Error(`a capture file has no answer to ${name}`);
  return ANSWERS[name](store, body);
}
