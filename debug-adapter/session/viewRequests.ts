/** The custom requests of the views, each about the run that is shown. */
import type { AddBookmarkArguments, BookmarkArguments, RenameBookmarkArguments } from '../protocol.ts';
import type { Configuration } from './configuration.ts';
import { changeFrame, frameMemory, framesInTransit, injectFrame } from './frameChanges.ts';
import { updateChecksums } from './memory.ts';
import {
  annotatePacket,
  chainOf,
  filterCompletions,
  find,
  follow,
  newFilter,
  onePacket,
  packetCode,
  packetRows,
  saveFollowed,
  writePackets,
} from './packetRequests.ts';
import { picture } from './pictureRequests.ts';
import { addBookmark } from './recordingFile.ts';
import { eventCode, graphs, output, packetWay, sequence, timeline, trace } from './recordingRequests.ts';
import type { Run } from './run.ts';
import { breakOnSocket, setTreeValue, tree } from './treeRequests.ts';
import { why } from './why.ts';
import type { Works } from './works.ts';

/** Handles a request: returns the response's body. An exception becomes an error response. */
export type Handler = (args: never) => unknown;

/** @param run throws an error for the user where there is none */
export function viewRequests(
  run: () => Run,
  configuration: () => Configuration,
  works: Works,
): Record<string, Handler> {
  return {
    'sockscope/tree': (args: never) => tree(run(), args),
    'sockscope/setTreeValue': (args: never) => setTreeValue(run(), args),
    'sockscope/updateChecksums': (args: never) => updateChecksums(run(), args),
    'sockscope/changeFrame': (args: never) => changeFrame(run(), args),
    'sockscope/injectFrame': (args: never) => injectFrame(run(), args),
    'sockscope/frames': () => framesInTransit(run()),
    'sockscope/frameMemory': (args: never) => frameMemory(run(), args),
    'sockscope/breakOnSocket': (args: never) => breakOnSocket(run(), configuration(), args),
    'sockscope/picture': (args: never) => picture(run(), args),
    'sockscope/packets': (args: never) => packetRows(run(), args),
    'sockscope/packet': (args: never) => onePacket(run(), args),
    'sockscope/annotatePacket': (args: never) => annotatePacket(run(), args),
    'sockscope/findPacket': (args: never) => find(run(), args),
    'sockscope/filterCompletions': (args: never) => filterCompletions(run(), args),
    'sockscope/filterFor': (args: never) => newFilter(run(), args),
    'sockscope/why': (args: never) => why(run(), args),
    'sockscope/packetCode': (args: never) => packetCode(run(), args),
    'sockscope/causeChain': (args: never) => chainOf(run(), args),
    'sockscope/followStream': (args: never) => follow(run(), args),
    'sockscope/saveStream': (args: never) => saveFollowed(run(), works, args),
    'sockscope/exportPackets': (args: never) => writePackets(run(), works, args),
    'sockscope/sequence': (args: never) => sequence(run(), args),
    'sockscope/trace': (args: never) => trace(run(), args),
    'sockscope/eventCode': (args: never) => eventCode(run(), args),
    'sockscope/graphs': (args: never) => graphs(run(), args),
    'sockscope/timeline': (args: never) => timeline(run(), args),
    'sockscope/output': (args: never) => output(run(), args),
    'sockscope/packetWay': (args: never) => packetWay(run(), args),
    'sockscope/bookmarks': () => ({ bookmarks: run().bookmarks.list() }),
    'sockscope/addBookmark': (args: AddBookmarkArguments) => addBookmark(run(), args),
    'sockscope/renameBookmark': ({ name, newName }: RenameBookmarkArguments) => {
      const { bookmarks } = run();
      bookmarks.rename(name, newName);
      return { bookmarks: bookmarks.list() };
    },
    'sockscope/removeBookmark': ({ name }: BookmarkArguments) => {
      const { bookmarks } = run();
      bookmarks.remove(name);
      return { bookmarks: bookmarks.list() };
    },
  };
}
