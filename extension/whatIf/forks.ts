// Runs that have the past of another one, and one change: both are kept.
import * as vscode from 'vscode';
import type { LaunchConfiguration, SaveRecordingResponse } from '../../debug-adapter/protocol.ts';
import { DEBUG_TYPE, type MachineSession, type Sessions } from '../session.ts';
import { TemporaryFolder } from '../temporaryFolder.ts';
import type { Change, PacketChange } from './change.ts';

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

  /** Begins the other run; this one stays as it is. Rejects with a message for the user. */
  async begin(origin: MachineSession, { title, is }: Change): Promise<void> {
    if (origin.past !== undefined)
      throw new Error(
        vscode.l10n.t('The run has ended. Start it again: another run can begin at any of its stops.'),
      );
    const recording = await this.#folder.newFile('run', '.sockscope');
    const where = 'packet' in is ? { packet: is.packet } : {};
    const { sent } = await origin.request('sockscope/saveRecording', { path: recording, ...where });
    const { debugSession } = origin;
    const configuration: vscode.DebugConfiguration & LaunchConfiguration = {
      type: DEBUG_TYPE,
      request: 'launch',
      name: vscode.l10n.t('What if {0}', title),
      recording,
      whatIf: 'packet' in is ? { faults: [faultOf(is, sent)] } : is,
    };
    // VS Code leaves the eyes on a session that is stopped, unless the new one is its compact child.
    const below = { parentSession: debugSession, compact: true };
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

/** @param sent how a fault calls the packet */
function faultOf(
  { kind, delay }: PacketChange,
  sent: SaveRecordingResponse['sent'],
): Record<string, string | number> {
  return { kind, ...sent, ...(delay !== undefined && { delay }) };
}
