/** The custom requests about packets. */
import type {
  AnnotatePacketArguments,
  CauseChainArguments,
  CauseChainResponse,
  CodeReference,
  ExportPacketsArguments,
  FilterCompletionsArguments,
  FilterCompletionsResponse,
  FilterForArguments,
  FilterForResponse,
  FindPacketArguments,
  FindPacketResponse,
  FollowStreamArguments,
  FollowStreamResponse,
  PacketArguments,
  PacketCodeArguments,
  PacketCodeFrame,
  PacketCodeResponse,
  PacketResponse,
  PacketsArguments,
  PacketsResponse,
  SaveStreamArguments,
  SaveStreamResponse,
} from '../protocol.ts';
import { openingFrame } from '../inspect/protocolCode.ts';
import type { TextFrame } from '../inspect/stackText.ts';
import { decidingFrame } from '../packets/cause/deciding.ts';
import { completeFilter, filterFor } from '../packets/filterRequests.ts';
import { findIn, rowsOf } from '../packets/packetRows.ts';
import { exportPackets } from '../packets/pcapFile.ts';
import { causeChain, packetWithStory } from '../packets/story.ts';
import type { Run } from './run.ts';
import type { Works } from './works.ts';
import { checkPath } from './writtenPath.ts';

/** Where frames leave the kernel and where IP receives them, if the exact place is no longer known. */
const USUAL_PLACES = { sent: 'vnic_xmit', received: 'ip_rcv' } as const;

export function packetRows(run: Run, args: PacketsArguments): PacketsResponse {
  const begun = performance.now();
  run.streams.drain(2000);
  const answer = rowsOf(run.packets, args, run.t);
  run.answered(performance.now() - begun, !answer.filtering);
  return answer;
}

export function onePacket(run: Run, { number }: PacketArguments): PacketResponse {
  return packetWithStory(run.packets, number, run.t);
}

export function chainOf(run: Run, { number }: CauseChainArguments): CauseChainResponse {
  run.streams.drain(2000);
  return causeChain(run.packets, number, run.t);
}

export function filterCompletions(run: Run, args: FilterCompletionsArguments): FilterCompletionsResponse {
  return completeFilter(run.packets, args, run.t);
}

export function newFilter(run: Run, args: FilterForArguments): FilterForResponse {
  return filterFor(run.packets, args);
}

export function annotatePacket(run: Run, args: AnnotatePacketArguments): Record<string, never> {
  run.packets.annotate(args);
  return {};
}

export function find(run: Run, args: FindPacketArguments): FindPacketResponse {
  run.streams.drain(2000);
  return findIn(run.packets, args, run.t);
}

/** Frames in the form that the client can open. */
export function stackFrames(run: Run, frames: readonly TextFrame[]): PacketCodeFrame[] {
  return frames.map(({ name, url, line, column }) => {
    const path = run.debuggee.scripts.pathOf(url);
    return { name, ...(path === undefined ? {} : { location: { path, line, column } }) };
  });
}

/** @param stack the index of `frames` in a record */
export function codeReference(
  stack: number,
  frames: readonly TextFrame[],
  protocols: readonly string[],
): CodeReference {
  return { stack, opening: openingFrame(frames, protocols) };
}

/** The stack that sent or received a frame; its usual place if the stack was discarded. */
export async function packetCode(
  run: Run,
  { number, which }: PacketCodeArguments,
): Promise<PacketCodeResponse> {
  const {
    frame: { fate, direction, cause },
    protocols,
  } = run.packets.dissected(number);
  const side = which === 'received' ? 'received' : 'sent';
  // It was sent by code that is not here.
  if (side === 'sent' && direction === 'in') return {};
  const frames = await run.recorded.ask<TextFrame[]>('packets.of', number, side);
  if (frames.length > 0) {
    const stack = stackFrames(run, frames);
    const names = frames.map(({ name }) => name);
    const decided = which === 'cause' ? decidingFrame(names, cause?.why) : -1;
    const opening = decided >= 0 ? decided : openingFrame(frames, protocols);
    const location = stack[opening]?.location;
    return { stack, opening, ...(location === undefined ? {} : { location }) };
  }
  if (side === 'received' && fate !== 'delivered') return {};
  const [place] = await run.functions.find(USUAL_PLACES[side]);
  const path = place && run.debuggee.scripts.pathOf(place.url);
  return path === undefined ? {} : { location: { path, line: place!.line + 1, column: 1 } };
}

export function follow(run: Run, args: FollowStreamArguments): FollowStreamResponse {
  run.streams.drain(2000);
  return run.packets.follow(args);
}

export async function saveFollowed(
  run: Run,
  works: Works,
  args: SaveStreamArguments,
): Promise<SaveStreamResponse> {
  await checkPath('saveStream', args.path);
  run.streams.drain();
  return works.inSteps(run.t('Saving the bytes of a stream'), (tell) => run.packets.saveStream(args, tell));
}

export async function writePackets(
  run: Run,
  works: Works,
  { path }: ExportPacketsArguments,
): Promise<{ packets: number }> {
  await checkPath('exportPackets', path);
  run.streams.drain();
  const packets = await works.inSteps(run.t('Exporting packets'), (tell) =>
    exportPackets(path, run.packets, run.t, tell),
  );
  return { packets };
}
