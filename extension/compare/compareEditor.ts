// Two captures side by side, in an editor of their own.
import * as vscode from 'vscode';
import { USUALLY_IGNORED } from '../../debug-adapter/packets/compare/aspects.ts';
import type { CompareProgress, CompareRequests } from '../../debug-adapter/protocol.ts';
import { parseFromCompare, type FromCompare, type ToCompare } from '../../webviews/compare/messages.ts';
import { ReaderProcess } from '../captures/readerProcess.ts';
import { copyText } from '../packets/packetRequests.ts';
import type { MachineSession } from '../session.ts';
import { WebviewPage, type OwnMessage } from '../webviewPage.ts';

export const COMPARE_EDITOR = 'sockscope.compare';

/** One of the captures. */
export interface ComparedFile {
  name: string;
  path: string;
  /** Whose packets they are, if they are of a session. */
  session?: MachineSession;
  /** Shows a packet in its own list. Rejects with a message for the user. */
  show(number: number): Promise<void>;
}

const UNREAD = { packets: 0, read: 0, size: 0 };

type CompareProcess = ReaderProcess<keyof CompareRequests, CompareRequests, CompareProgress>;

export class CompareEditors implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #open = new Set<vscode.WebviewPanel>();
  /** The page that the user looks at. */
  #active: WebviewPage<ToCompare, FromCompare> | undefined;
  readonly #commands: readonly vscode.Disposable[];

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#extensionUri = extensionUri;
    this.#log = log;
    const step = (name: string, backwards: boolean) =>
      vscode.commands.registerCommand(`${COMPARE_EDITOR}.${name}`, () =>
        this.#active?.post({ type: 'step', backwards }),
      );
    this.#commands = [step('nextDifference', false), step('previousDifference', true)];
  }

  open(left: ComparedFile, right: ComparedFile): void {
    const title = `${left.name} ↔ ${right.name}`;
    const panel = vscode.window.createWebviewPanel(COMPARE_EDITOR, title, vscode.ViewColumn.Active, {
      retainContextWhenHidden: true,
      enableScripts: true,
    });
    const packets: CompareProcess = new ReaderProcess(
      this.#extensionUri,
      'compareMain.js',
      [left.path, right.path],
      { left: UNREAD, right: UNREAD, compared: 0, isOver: false },
    );
    const kind = { title, bundle: 'compare', parse: parseFromCompare };
    const tell = () => page.post(state(left, right, packets.progress));
    const page = new WebviewPage<ToCompare, FromCompare>(kind, panel.webview, this.#extensionUri, this.#log, {
      onReady: tell,
      onMessage: (message) => void answer(message, { left, right }, packets, page),
    });
    packets.onProgress(tell);
    this.#open.add(panel);
    this.#active = page;
    panel.onDidChangeViewState(() => {
      if (panel.active) this.#active = page;
    });
    panel.onDidDispose(() => {
      packets.dispose();
      this.#open.delete(panel);
      if (this.#active === page) this.#active = undefined;
    });
  }

  dispose(): void {
    for (const command of this.#commands) command.dispose();
    for (const panel of this.#open) panel.dispose();
  }
}

function state(
  left: ComparedFile,
  right: ComparedFile,
  { compared, isOver, problem, summary, most, cutAt, ...progress }: CompareProgress,
): ToCompare {
  const side = ({ name }: ComparedFile, { packets, problem: damage }: CompareProgress['left']) => ({
    name,
    packets,
    ...(damage !== undefined && { problem: damage }),
  });
  const bytes = progress.left.size + progress.right.size;
  const read = bytes > 0 ? (progress.left.read + progress.right.read) / bytes : 0;
  return {
    type: 'changed',
    left: side(left, progress.left),
    right: side(right, progress.right),
    // To read takes about as long as to compare.
    done: (read + compared) / 2,
    isOver,
    ignored: [...USUALLY_IGNORED],
    ...(problem !== undefined && { problem }),
    ...(summary && { summary }),
    ...(most !== undefined && { most }),
    ...(cutAt !== undefined && { cutAt }),
  };
}

async function answer(
  message: OwnMessage<FromCompare>,
  sides: Readonly<Record<'left' | 'right', ComparedFile>>,
  packets: CompareProcess,
  page: WebviewPage<ToCompare, FromCompare>,
): Promise<void> {
  try {
    switch (message.type) {
      case 'getRows': {
        const { type: _type, id, ...question } = message;
        return page.post({ type: 'rows', id, ...(await packets.request('rows', question)) });
      }
      case 'getRow': {
        const { id, index } = message;
        return page.post({ type: 'row', id, ...(await packets.request('row', { index })) });
      }
      case 'next': {
        const { type: _type, id, ...question } = message;
        return page.post({ type: 'difference', id, ...(await packets.request('next', question)) });
      }
      case 'ignore': {
        const { id, ignored } = message;
        return page.post({ type: 'summary', id, summary: await packets.request('ignore', { ignored }) });
      }
      case 'goTo':
        return await sides[message.side].show(message.number);
      case 'copy':
        return await copyText({ type: 'copy', text: message.text, what: message.what });
    }
  } catch (error) {
    const text = (error as Error).message;
    if ('id' in message) page.post({ type: 'failed', id: message.id, message: text });
    else void vscode.window.showErrorMessage(text);
  }
}
