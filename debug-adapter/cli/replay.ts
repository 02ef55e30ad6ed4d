/**
 * `npm run -s sockscope -- replay FILE`: repeats a recorded run up to where the recording stands, prints what it printed,
 * and says where that is.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../language/userError.ts';
import { FunctionIndex } from '../control/functionIndex.ts';
import { Streams } from '../control/streams.ts';
import { PacketStore } from '../packets/packetStore.ts';
import type { RunRecording } from '../recordings/data.ts';
import { bringToStop, DiffersError, loadRecorded } from '../recordings/replay.ts';
import { close, launchOf, openRecording } from '../session/recordedLaunch.ts';
import { parseLaunch } from '../session/launchArguments.ts';
import { Numbers } from '../session/numbers.ts';
import { blueprintOf } from '../session/blueprint.ts';
import type { Replica } from '../travel/replica.ts';
import { Threads } from '../travel/threads.ts';
import type { RunEnd } from '../worker/channel.ts';
import { UsageError } from './arguments.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns the exit code @throws UsageError */
export async function replay(args: readonly string[]): Promise<number> {
  const [file, ...others] = args.filter((one) => one !== '--recorded-sources');
  if (file === undefined) throw new UsageError('FILE is missing');
  const wrong = [file, ...others].find((one) => one.startsWith('-')) ?? others[0];
  if (wrong !== undefined) throw new UsageError(`replay takes a recording, got ${wrong}`);
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  try {
    return await replayFile(path.resolve(file), args.includes('--recorded-sources'));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message } = error;
    const hint = /sources in the recording/.test(message) ? ' (--recorded-sources)' : '';
    process.stderr.write(`sockscope: ${message}${hint}\n`);
    return 1;
  }
}

async function replayFile(file: string, recordedSources: boolean): Promise<number> {
  const opened = openRecording(file, recordedSources);
  try {
    const { recording } = opened;
    const launch = parseLaunch(launchOf(recording));
    const numbers = new Numbers();
    const blueprint = blueprintOf(launch, new FunctionIndex(ROOT), numbers, {});
    const replica = await loadRecorded(recording, { root: ROOT, threads: new Threads(), ...blueprint });
    const streams = printed(replica);
    try {
      return await (recording.end.isOver ? runToEnd(replica, recording) : runToStop(replica, recording));
    } finally {
      streams.drain();
      streams.stop();
      await replica.kill();
    }
  } finally {
    close(opened);
  }
}

/** What the run says is printed from now on. */
function printed({ debuggee: { memory } }: Replica): Streams {
  const streams = new Streams(memory.ring, memory.recording.names, new PacketStore());
  streams.onOutput = ({ stream, text }) =>
    void (stream === 'stderr' || stream === 'important' ? process.stderr : process.stdout).write(text);
  streams.start();
  return streams;
}

async function runToStop(replica: Replica, recording: RunRecording): Promise<number> {
  await bringToStop(replica, recording);
  const { debuggee, paused } = replica;
  const { event, timeNs } = await debuggee.askIn<{ event: number; timeNs: number }>('now()');
  const [top] = paused?.callFrames ?? [];
  const script = top && debuggee.scripts.get(top.location.scriptId);
  const place = script && `${script.path ?? script.url}:${top.location.lineNumber + 1}`;
  tell(`the recording stands at event ${event}, t = ${seconds(timeNs)} s${place ? `, at ${place}` : ''}`);
  return 0;
}

async function runToEnd(replica: Replica, { end }: RunRecording): Promise<number> {
  const { debuggee } = replica;
  const over = new Promise<RunEnd | number>((resolve) => {
    debuggee.onEnded = resolve;
    debuggee.onExit = resolve;
  });
  const ended = await Promise.race([over, replica.toEvent(Infinity).then(() => over)]);
  if (typeof ended === 'number') {
    tell(`the recording ends at event ${end.event}, where the program calls process.exit()`);
    return ended;
  }
  const { event, timeNs } = await debuggee.askIn<{ event: number; timeNs: number }>('now()');
  if (event !== end.event || Math.round(timeNs) !== end.timeNs)
    throw new DiffersError(
      'The run is not the recorded one: it ends at event {0}, and ended at event {1}.',
      event,
      end.event,
    );
  for (const { name, pid, syscall } of ended.asleep)
    tell(`${name} (pid ${pid}) still sleeps in ${syscall || 'a promise'}: nothing is left to wake it`);
  tell(`the recording ends at event ${event}, t = ${seconds(timeNs)} s`);
  return ended.failed === 0 ? ended.exitCode : 1;
}

function tell(text: string): void {
  process.stderr.write(`sockscope: ${text}\n`);
}
function seconds(ns: number): string {
  return (ns / 1e9).toFixed(9);
}
