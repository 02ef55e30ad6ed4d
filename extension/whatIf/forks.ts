// Runs that have the past of another one, and one change: both are kept.
import * as vscode from 'vscode';
import type { LaunchConfiguration, SaveRecordingResponse } from '../../debug-adapter/protocol.ts';
import { DEBUG_TYPE, type MachineSession, type Sessions } from '../session.ts';
import { TemporaryFolder } from '../temporaryFolder.ts';
import type { Change } from './change.ts';
import { otherRun } from './otherRun.ts';

export interface Fork {
  /** `packet 2 is lost` */
  title: string;
  origin: MachineSession;
  changed: MachineSession;
}

export class Forks implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #folder = new TemporaryFolder('what-if');
  readonly #all: Fork[] = [];

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** The newest fork that a session is a side of. */
  of(session: MachineSession | undefined): Fork | undefined {
    return this.#all.findLast(({ origin, changed }) => session === changed || session === origin);
  }

  /** Begins the other run; this one stays as it is, or as it has ended. Rejects with a message for the user. */
  async begin(origin: MachineSession, { title, is }: Change): Promise<void> {
    const recording = await this.#folder.newFile('run', '.sockscope');
    const { sent } = await save(origin, recording, 'packet' in is ? is.packet : undefined);
    const { debugSession } = origin;
    const configuration: vscode.DebugConfiguration & LaunchConfiguration = {
      type: DEBUG_TYPE,
      request: 'launch',
      name: vscode.l10n.t('What if {0}', title),
      ...otherRun(recording, debugSession.configuration, is, sent),
    };
    // VS Code leaves the eyes on a session that is stopped, unless the new one is its compact child.
    const below = origin.past === undefined ? { parentSession: debugSession, compact: true } : undefined;
    if (!(await vscode.debug.startDebugging(debugSession.workspaceFolder, configuration, below))) return;
    const changed = this.#sessions.alive.find(
      (session) => session.debugSession.configuration['recording'] === recording,
    );
    if (changed !== undefined) this.#all.push({ title, origin, changed });
  }

  dispose(): void {
    this.#folder.dispose();
  }
}

/** Of a run that has ended, which stands nowhere: up to the packet's sending, or to where the run begins. */
function save(
  origin: MachineSession,
  path: string,
  packet: number | undefined,
): Promise<SaveRecordingResponse> {
  if (origin.past !== undefined) return origin.past.saveBeginning(path, packet);
  return origin.request('sockscope/saveRecording', { path, ...(packet !== undefined && { packet }) });
}
