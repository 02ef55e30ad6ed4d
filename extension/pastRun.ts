// A run that has ended: answers the views' requests from the adapter's last record, in the same form as the
// adapter.
import { writeFile } from 'node:fs/promises';
import { errorText, UserError } from '../language/userError.ts';
import { english, type Translate } from '../language/message.ts';
import type {
  EventCodeResponse,
  PacketCodeResponse,
  PictureData,
  PictureId,
  RecordedItem,
  RunRecord,
  SaveRecordingResponse,
  SockscopeRequests,
  TreeItem,
} from '../debug-adapter/protocol.ts';
import { packedUpTo, sendingOf } from '../debug-adapter/recordings/beginning.ts';
import { graphsOf } from '../debug-adapter/graphs/graphs.ts';
import { restoreCapture } from '../debug-adapter/packets/captureRecord.ts';
import { completeFilter, filterFor } from '../debug-adapter/packets/filterRequests.ts';
import { findIn, rowsOf } from '../debug-adapter/packets/packetRows.ts';
import { decidingFrame } from '../debug-adapter/packets/cause/deciding.ts';
import type { PacketStore } from '../debug-adapter/packets/packetStore.ts';
import { exportPackets } from '../debug-adapter/packets/pcapFile.ts';
import { causeChain, packetWithStory } from '../debug-adapter/packets/story.ts';
import { outputOf } from '../debug-adapter/sequence/output.ts';
import { sequenceOf } from '../debug-adapter/sequence/sequence.ts';
import { traceOf } from '../debug-adapter/sequence/trace.ts';
import { Timeline } from '../debug-adapter/timeline/timeline.ts';
import { wayOf } from '../debug-adapter/way/way.ts';
import { shortTime } from './shortTime.ts';

type Requests = SockscopeRequests;
type Answers = {
  [Name in keyof Requests]: (
    body: Requests[Name]['arguments'],
  ) => Requests[Name]['response'] | Promise<Requests[Name]['response']>;
};

/** Actions that remain possible on a node after the machine has ended. */
const LASTING_CONTEXTS = new Set(['packet', 'listener', 'copyable', 'link']);

export class PastRun {
  readonly #record: RunRecord;
  readonly #t: Translate;
  readonly #packets: PacketStore;
  readonly #timeline = new Timeline();
  /** By id: a node's children. */
  readonly #children = new Map<string, TreeItem[]>();
  readonly #answers: Answers = {
    'sockscope/tree': ({ view, parent }) => ({
      items: this.#children.get(parent ?? view) ?? [],
    }),
    'sockscope/picture': ({ picture }) => this.#picture(picture),
    'sockscope/packets': (body) => rowsOf(this.#packets, body, this.#t),
    'sockscope/packet': ({ number }) => packetWithStory(this.#packets, number, this.#t),
    'sockscope/causeChain': ({ number }) => causeChain(this.#packets, number, this.#t),
    'sockscope/filterCompletions': (body) => completeFilter(this.#packets, body, this.#t),
    'sockscope/filterFor': (body) => filterFor(this.#packets, body),
    'sockscope/annotatePacket': (body) => {
      this.#packets.annotate(body);
      return {};
    },
    'sockscope/findPacket': (body) => findIn(this.#packets, body, this.#t),
    'sockscope/packetCode': ({ number, which }) => this.#code(number, which),
    'sockscope/followStream': (body) => this.#packets.follow(body),
    'sockscope/saveStream': (body) => this.#packets.saveStream(body),
    'sockscope/exportPackets': async ({ path }) => ({
      packets: await exportPackets(path, this.#packets, this.#t),
    }),
    'sockscope/sequence': (body) => ({
      ...sequenceOf(this.#record.happenings, this.#record.missing, body),
      isOver: true,
    }),
    'sockscope/trace': (body) => traceOf(this.#record.happenings, this.#record.missing, body),
    'sockscope/eventCode': ({ event }) => this.#eventCode(event),
    'sockscope/graphs': (body) => ({
      ...graphsOf(this.#record.happenings, this.#record.samples, body, this.#t),
      isOver: true,
    }),
    'sockscope/timeline': (body) => ({
      ...this.#timeline.of(this.#record.happenings, this.#record.missing, body, this.#record),
      isOver: true,
    }),
    'sockscope/packetWay': (body) => ({
      ...wayOf(this.#record.happenings, this.#record.steps, this.#record.places, body, this.#t),
      isOver: true,
    }),
    'sockscope/setTreeValue': () => this.#refuse(),
    'sockscope/updateChecksums': () => this.#refuse(),
    'sockscope/changeFrame': () => this.#refuse(),
    'sockscope/injectFrame': () => this.#refuse(),
    'sockscope/frames': () => this.#refuse(),
    'sockscope/frameMemory': () => this.#refuse(),
    'sockscope/breakOnSocket': () => this.#refuse(),
    'sockscope/watchField': () => this.#refuse(),
    'sockscope/checkWatch': () => this.#refuse(),
    'sockscope/watches': () => ({ watches: [] }),
    'sockscope/unwatch': () => this.#refuse(),
    'sockscope/breakOn': () => this.#refuse(),
    'sockscope/runTo': () => this.#refuse(),
    'sockscope/runToArrival': () => this.#refuse(),
    'sockscope/due': () => this.#refuse(),
    'sockscope/why': () => this.#refuse(),
    'sockscope/advanceTime': () => this.#refuse(),
    'sockscope/goToEvent': () => this.#refuse(),
    'sockscope/goToSending': () => this.#refuse(),
    'sockscope/goToOutput': () => this.#refuse(),
    'sockscope/output': (body) => outputOf(this.#record.happenings, this.#record.missing, body),
    'sockscope/functionGraph': () => this.#refuse(),
    'sockscope/saveRecording': ({ path }) => this.#write(path, this.#recording()),
    'sockscope/bookmarks': () => ({ bookmarks: [...this.#record.bookmarks] }),
    'sockscope/addBookmark': () => this.#refuse(),
    'sockscope/renameBookmark': () => this.#refuse(),
    'sockscope/removeBookmark': () => this.#refuse(),
    'sockscope/goToBookmark': () => this.#refuse(),
  };

  constructor(record: RunRecord, translate: Translate = english) {
    this.#record = record;
    this.#t = translate;
    this.#packets = restoreCapture(record.packets);
    for (const [view, roots] of Object.entries(record.trees?.views ?? {})) this.#keep(view, roots);
  }

  /** Packets captured. */
  get packets(): number {
    return this.#packets.total;
  }

  /** The moment of the packets: all of the run's, to its end. */
  get packetsAsOf(): string {
    return this.#t('ended at t = {0} s', shortTime(this.#record.time));
  }

  /** The moment of the trees: the last stop, if it came before the end. */
  get treesAsOf(): string {
    const { trees } = this.#record;
    if (!trees) return this.#t('The run has ended.');
    const time = shortTime(this.#record.time);
    if (trees.stop === undefined) return this.#t('The run has ended at t = {0} s: as of its end', time);
    return this.#t(
      'The run has ended at t = {0} s: as of its last stop ({1}), at t = {2} s',
      time,
      trees.stop,
      shortTime(trees.time),
    );
  }

  /** The same for the pictures, as far as it fits beside them. */
  get picturesAsOf(): string {
    const { trees } = this.#record;
    return trees?.stop === undefined
      ? this.packetsAsOf
      : this.#t('ended · last stop at t = {0} s', shortTime(trees.time));
  }

  /** Answers like the adapter. Throws with a message for the user. */
  async answer<Name extends keyof Requests>(
    name: Name,
    body: Requests[Name]['arguments'],
  ): Promise<Requests[Name]['response']> {
    try {
      return await this.#answers[name](body);
    } catch (error) {
      throw new Error(errorText(this.#t, error), { cause: error });
    }
  }

  /**
   * Writes the run's beginning, from which another run can take another way: up to the sending of a packet, or to the
   * run's first call. Throws with a message for the user.
   */
  async saveBeginning(path: string, packet?: number): Promise<SaveRecordingResponse> {
    try {
      const { happenings, missing } = this.#record;
      const whole = this.#recording();
      if (packet === undefined)
        return await this.#write(path, packedUpTo((missing === 0 && happenings[0]?.event) || 1, whole));
      const { sent, frame } = sendingOf(packet, happenings, missing);
      const saved = await this.#write(path, packedUpTo(sent.event, whole));
      return { ...saved, sent: { link: this.#packets.frame(packet).interface, frame } };
    } catch (error) {
      throw new Error(errorText(this.#t, error), { cause: error });
    }
  }

  #keep(parent: string, children: readonly RecordedItem[]): void {
    this.#children.set(
      parent,
      children.map(({ item: { changed: _changed, ...item } }) => ({
        ...item,
        context: item.context.filter((context) => LASTING_CONTEXTS.has(context)),
      })),
    );
    for (const child of children) if (child.children) this.#keep(child.item.id, child.children);
  }

  #picture(id: PictureId): { data: PictureData } {
    const data = this.#record.trees?.pictures.find(({ picture }) => picture === id);
    if (data === undefined)
      throw new UserError('the run has ended, and the machine could not be asked any more');
    return { data };
  }

  #code(number: number, which: 'sent' | 'received' | 'cause'): PacketCodeResponse {
    const { stacks, packets } = this.#record.code;
    const side = which === 'received' ? 'received' : 'sent';
    const reference = packets.find((packet) => packet.number === number)?.[side];
    const stack = reference && stacks[reference.stack];
    if (!stack) return {};
    const why = which === 'cause' ? this.#packets.frame(number).cause?.why : undefined;
    const decided = decidingFrame(
      stack.map(({ name }) => name),
      why,
    );
    const opening = decided >= 0 ? decided : reference.opening;
    const location = stack[opening]?.location;
    return { stack, opening, ...(location && { location }) };
  }

  #eventCode(wanted: number): EventCodeResponse {
    const { stacks, events } = this.#record.code;
    const found = events.find(({ event }) => event === wanted);
    return found === undefined ? {} : { stack: stacks[found.stack]!, opening: found.opening };
  }

  #recording(): Uint8Array {
    const { recording } = this.#record;
    if (recording === undefined)
      throw new UserError(
        'The run has ended, and was changed or is too large to be repeated afterwards. Start it again: at a stop it can be saved, and another run can begin there.',
      );
    return Buffer.from(recording, 'base64');
  }
  async #write(path: string, recording: Uint8Array): Promise<SaveRecordingResponse> {
    await writeFile(path, recording);
    return { bytes: recording.length, isExact: true };
  }

  #refuse(): never {
    throw new UserError('the run has ended: start it again to change something in it');
  }
}
