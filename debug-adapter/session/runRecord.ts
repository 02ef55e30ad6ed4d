/**
 * What the views display after the machine has ended: the capture, the code of its packets, the trees of the
 * last stop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PausedState } from '../control/pausedState.ts';
import type { Snapshot } from '../inspect/agent.ts';
import type { CodeTable } from '../inspect/codeTable.ts';
import { recordCapture } from '../packets/captureRecord.ts';
import type { CodeRecord, RunRecord, TreesRecord } from '../protocol.ts';
import { packRecording } from '../recordings/file.ts';
import { codeReference, stackFrames } from './packetRequests.ts';
import { recordingOfEnd } from './recordingFile.ts';
import { wayPlaces } from './recordingRequests.ts';
import type { Run } from './run.ts';

/**
 * Only a stop that lasts this long is recorded: the user is looking at it. Steps in quick succession are not
 * recorded.
 */
const LOOKED_AT_MS = 250;
/** At the end V8 may be in a computation that nothing can interrupt: answers that take longer are omitted. */
const ANSWER_MS = 1500;
/** The number of newest packets whose code is recorded. */
const PACKETS_WITH_CODE = 500;
/** The number of newest system calls, sleeps and state changes whose code is recorded. */
const EVENTS_WITH_CODE = 1000;
/** The number of newest happenings that are recorded: about 200 bytes each. */
const HAPPENINGS = 5000;
/** The number of newest samples that are recorded: about 200 bytes each. */
const SAMPLES = 5000;
/** The number of newest steps of packets that are recorded: about 150 bytes each. */
const STEPS = 5000;
/** A larger recording of the run is not sent along. */
const RECORDING_BYTES = 8 * 1024 * 1024;

type Views = Pick<TreesRecord, 'views' | 'pictures'>;

/** The machine is gone. */
const none = (): undefined => undefined;

export class RunRecorder {
  readonly #run: Run;
  #timer: NodeJS.Timeout | undefined;
  #stop: { reason: string; time: string } | undefined;
  #trees: TreesRecord | undefined;
  #isSilent = false;

  constructor(run: Run) {
    this.#run = run;
  }

  stopped({ cause, reason }: PausedState, { time }: Snapshot): void {
    this.continued();
    this.#stop = { reason: cause ?? reason, time };
    this.#timer = setTimeout(() => void this.#recordStop(), LOOKED_AT_MS);
  }
  continued(): void {
    clearTimeout(this.#timer);
    this.#stop = undefined;
  }

  /** Record the current state, in bounded time. Never rejects: unavailable parts are omitted. */
  async make(): Promise<RunRecord> {
    clearTimeout(this.#timer);
    const { packets, debuggee } = this.#run;
    const time = await this.#ask(() => debuggee.ask<string>('time'));
    if (this.#stop !== undefined || this.#trees === undefined)
      this.#keep(await this.#ask(() => this.#views()), this.#stop, time);
    return {
      time: time ?? packets.rows(packets.kept - 1, 1).rows[0]?.time ?? '0.000000000',
      packets: recordCapture(packets),
      code: await this.#code(),
      ...this.#happenings(),
      samples: this.#run.samples.read().slice(-SAMPLES),
      steps: this.#run.steps.read().slice(-STEPS),
      places: await wayPlaces(this.#run),
      bookmarks: this.#run.bookmarks.list(),
      stops: this.#run.stops,
      ...(await this.#recording()),
      ...(this.#trees === undefined ? {} : { trees: this.#trees }),
    };
  }

  #happenings(): Pick<RunRecord, 'happenings' | 'missing'> {
    const { recording } = this.#run;
    const all = recording.read();
    const happenings = all.slice(-HAPPENINGS);
    return { happenings, missing: recording.missing + all.length - happenings.length };
  }

  async #recording(): Promise<Pick<RunRecord, 'recording'>> {
    const recording = await this.#ask(() => recordingOfEnd(this.#run));
    const bytes = recording && packRecording(recording);
    const isSmall = bytes !== undefined && bytes.length <= RECORDING_BYTES;
    return isSmall ? { recording: Buffer.from(bytes).toString('base64') } : {};
  }

  /** A machine that is stopped answers, on a busy host after seconds: it is waited for. */
  async #recordStop(): Promise<void> {
    const stop = this.#stop;
    this.#keep(await this.#views().catch(none), stop);
  }

  #views(): Promise<Views> {
    return this.#run.debuggee.ask<Views>('recordViews');
  }

  /** @param end the time of the end, if the machine is not stopped */
  #keep(views: Views | undefined, stop: { reason: string; time: string } | undefined, end?: string): void {
    const time = stop?.time ?? end;
    if (views === undefined || time === undefined) return;
    this.#trees = { time, ...views, ...(stop === undefined ? {} : { stop: stop.reason }) };
  }

  async #code(): Promise<CodeRecord> {
    const { packets, debuggee } = this.#run;
    const numbers = packets.newestNumbers(PACKETS_WITH_CODE);
    const [from, to] = [numbers[0], numbers.at(-1)];
    const table = await this.#ask(() =>
      debuggee.ask<CodeTable>('code', from ?? 1, to ?? 0, EVENTS_WITH_CODE),
    );
    if (table === undefined) return { stacks: [], packets: [], events: [] };
    const stacks = table.stacks.map((stack) => stack.map((frame) => table.frames[frame]!));
    const byNumber = new Map(table.packets.map((packet) => [packet.number, packet]));
    return {
      stacks: stacks.map((frames) => stackFrames(this.#run, frames)),
      packets: numbers.map((number) => {
        const { sent, received } = byNumber.get(number)!;
        const protocols = packets.protocols(number);
        return {
          number,
          ...(sent < 0 ? {} : { sent: codeReference(sent, stacks[sent]!, protocols) }),
          ...(received < 0 ? {} : { received: codeReference(received, stacks[received]!, protocols) }),
        };
      }),
      events: table.events,
    };
  }

  /** Undefined if the machine is gone, or does not answer in time; it is then not asked again. */
  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#isSilent) return undefined;
    const answer = await Promise.race([ask().catch(none), sleep(ANSWER_MS, undefined, { ref: false })]);
    this.#isSilent = answer === undefined;
    return answer;
  }
}
