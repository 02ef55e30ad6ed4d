/** Answers what is asked about the packets of a capture file. */
import type { Translate } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { SockscopeRequests } from '../protocol.ts';
import { completeFilter, filterFor } from '../packets/filterRequests.ts';
import { findIn, rowsOf } from '../packets/packetRows.ts';
import type { PacketStore } from '../packets/packetStore.ts';
import { exportPackets } from '../packets/pcapFile.ts';
import type { CaptureRequest } from './messages.ts';

type Answers = {
  [Name in CaptureRequest]: (
    store: PacketStore,
    body: SockscopeRequests[Name]['arguments'],
    t: Translate,
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
  'sockscope/findPacket': findIn,
  'sockscope/followStream': (store, body) => store.follow(body),
  'sockscope/saveStream': (store, body) => store.saveStream(body),
  'sockscope/exportPackets': async (store, { path }) => ({ packets: await exportPackets(path, store) }),
};

/** @throws UserError */
export function answerCapture<Name extends CaptureRequest>(
  store: PacketStore,
  name: Name,
  body: SockscopeRequests[Name]['arguments'],
  t: Translate,
): SockscopeRequests[Name]['response'] | Promise<SockscopeRequests[Name]['response']> {
  if (!Object.hasOwn(ANSWERS, name)) throw new UserError('a capture file has no answer to {0}', name);
  return ANSWERS[name](store, body, t);
}
