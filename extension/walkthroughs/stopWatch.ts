// Reads the facts of each stop: why it stopped, the call stack, the line, the accept queue.
import * as vscode from 'vscode';
import type { PictureResponse } from '../../debug-adapter/protocol.ts';
import { isScenario } from '../scenario/scenarioText.ts';
import { DEBUG_TYPE } from '../session.ts';
import type { Stop } from './stop.ts';

/** As much of DAP's messages as is used here. */
interface StoppedMessage {
  type: string;
  event?: string;
  body?: { reason: string; description?: string; threadId?: number };
}
interface StackTrace {
  stackFrames: { name: string; line: number; source?: { path?: string | vscode.Uri } }[];
}

export class StopWatch implements vscode.Disposable {
  readonly #registration: vscode.Disposable;

  /** @param onStop called at each stop that still stands when its facts are known */
  constructor(log: vscode.LogOutputChannel, onStop: (session: vscode.DebugSession, stop: Stop) => void) {
    this.#registration = vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage: (message: StoppedMessage) => {
          if (message.type !== 'event' || message.event !== 'stopped' || !message.body) return;
          readStop(session, message.body).then(
            (stop) => onStop(session, stop),
            // It went on, or ended, before the questions were answered: another stop follows, or none.
            (error: Error) => log.warn(`walkthroughs: ${error.message}`),
          );
        },
      }),
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

async function readStop(
  session: vscode.DebugSession,
  { reason, description = '', threadId }: NonNullable<StoppedMessage['body']>,
): Promise<Stop> {
  const [trace, picture] = await Promise.all([
    session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 40 }) as Thenable<StackTrace>,
    session.customRequest('sockscope/picture', { picture: 'queues' }) as Thenable<PictureResponse>,
  ]);
  const frames = trace.stackFrames;
  const { data } = picture;
  const listener = data.picture === 'queues' ? data.listeners[0] : undefined;
  const line = frames[0] && (await programLine(frames[0]));
  return {
    reason,
    label: description,
    functions: frames.map(({ name }) => name),
    ...(line !== undefined && { line }),
    ...(listener && { acceptQueue: listener.acceptQueue.length }),
  };
}

/** The text of a frame's line if it is in a scenario. */
async function programLine({ line, source }: StackTrace['stackFrames'][number]): Promise<string | undefined> {
  if (source?.path === undefined) return undefined;
  const document = await vscode.workspace.openTextDocument(fileOf(source.path));
  return isScenario(document.getText()) && line <= document.lineCount
    ? document.lineAt(line - 1).text
    : undefined;
}

/**
 * VS Code turns the paths in a stack trace into URIs, and where the window is not on the extension's computer,
 * into URIs of the window's: only their path is the adapter's.
 */
function fileOf(given: string | vscode.Uri): vscode.Uri {
  if (typeof given !== 'string') return vscode.Uri.file(given.path);
  // A drive of Windows has one letter.
  return vscode.Uri.file(/^[a-z][\w+.-]+:/i.test(given) ? vscode.Uri.parse(given).path : given);
}
