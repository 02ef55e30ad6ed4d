/** A launch that opens a recording: what it starts with comes from the file. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Difference } from '../inspect/agent.ts';
import type { RunRecording } from '../recordings/data.ts';
import { readRecording } from '../recordings/file.ts';
import { DECIDING } from '../recordings/make.ts';
import { checkMaker } from '../recordings/maker.ts';
import { findFolder, unpackSources } from '../recordings/programFiles.ts';
import { parseLaunch, type LaunchArguments } from './launchArguments.ts';
import { LaunchError, show } from './launchError.ts';
import { parseWhatIf } from './whatIf.ts';

/** Attributes that a client may give beside the recording. */
const BESIDE = [
  'recording',
  'recordedSources',
  'whatIf',
  'skipFiles',
  'maxHeap',
  'breakOn',
  'record',
  'pcap',
];
/** Attributes whose values are the recording's. */
const RECORDED = ['program', 'programs', 'args', 'env', 'cwd', ...DECIDING];

/** A recording that is being opened. */
export interface Opened {
  file: string;
  recording: RunRecording;
  /** Its sources were written here, for as long as it is open. */
  unpacked: string | undefined;
  /** From where it stands on. */
  difference?: Difference;
}

/** @throws LaunchError, ConfigError, or RecordingError */
export function parseAnyLaunch(input: unknown): LaunchArguments {
  const given = (input ?? {}) as Record<string, unknown>;
  if (given['recording'] === undefined) return parseLaunch(input);
  const { recording: file, recordedSources = false } = given;
  if (typeof file !== 'string' || file === '')
    throw new LaunchError('launch.recording must be the path of a recording, got {0}', show(file));
  if (typeof recordedSources !== 'boolean')
    throw new LaunchError('launch.recordedSources must be true or false, got {0}', show(recordedSources));
  const twice = RECORDED.find((name) => given[name] !== undefined);
  if (twice !== undefined)
    throw new LaunchError('launch.{0}: the recording has its own, so leave it out', twice);
  const { faults, ...difference } = parseWhatIf(given['whatIf']);
  const opened = openRecording(path.resolve(file), recordedSources);
  const beside = Object.fromEntries(BESIDE.map((name) => [name, given[name]]));
  try {
    const recorded = launchOf(opened.recording);
    if (faults.length > 0)
      recorded['faults'] = [...((recorded['faults'] as unknown[] | undefined) ?? []), ...faults];
    return {
      ...parseLaunch({ ...recorded, ...withoutNothing(beside) }),
      opened: { ...opened, difference },
    };
  } catch (error) {
    close(opened);
    throw error;
  }
}

/**
 * Read a recording, and find its programs: where they were, or beside the recording.
 *
 * @param ownSources run the sources in the recording
 * @throws RecordingError
 */
export function openRecording(file: string, ownSources: boolean): Opened {
  let unpacked: string | undefined;
  const recording = readRecording(file, (read) => {
    checkMaker(read.madeBy);
    if (!ownSources) return findFolder(read, [read.folder, path.dirname(file)]);
    unpacked = unpackSources(read);
    return unpacked;
  });
  return { file, recording, unpacked };
}
export function close({ unpacked }: Opened): void {
  if (unpacked !== undefined) rmSync(unpacked, { recursive: true, force: true });
}

/** The launch configuration of a recording, with the paths that the programs have here. */
export function launchOf({ launch, folder }: RunRecording): Record<string, unknown> {
  const programs = Array.isArray(launch['programs']) ? (launch['programs'] as unknown[]) : [];
  return {
    ...launch,
    programs: programs.map((one) => {
      if (typeof one !== 'object' || one === null) return one;
      const { program, cwd, ...more } = one as Record<string, unknown>;
      return {
        ...more,
        program: typeof program === 'string' ? path.resolve(folder, program) : program,
        cwd: typeof cwd === 'string' ? path.resolve(folder, cwd) : cwd,
      };
    }),
  };
}

function withoutNothing(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
