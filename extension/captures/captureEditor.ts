// The editor of capture files: the Packets panel, read-only, on the packets of a file.
import path from 'node:path';
import * as vscode from 'vscode';
import { parseFromPanel, type FromPanel, type ToPanel } from '../../webviews/messages.ts';
import { answerPackets, copyText, exportPackets, isPacketMessage } from '../packets/packetRequests.ts';
import type { PanelFocus } from '../packets/panelFocus.ts';
import { StreamEditor } from '../streams/streamEditor.ts';
import { WebviewPage, type OwnMessage } from '../webviewPage.ts';
import type { Wireshark } from '../wireshark/wireshark.ts';
import { CaptureProcess } from './captureProcess.ts';
import { showError } from '../showError.ts';

export const CAPTURE_EDITOR = 'sockscope.capture';
/** Key of the editors' settings in the workspace's memory. */
const SETTINGS = 'sockscope.capture.settings';

class CaptureDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly packets: CaptureProcess;

  constructor(uri: vscode.Uri, extensionUri: vscode.Uri) {
    this.uri = uri;
    this.packets = new CaptureProcess(extensionUri, uri.fsPath);
  }

  dispose(): void {
    this.packets.dispose();
  }
}

/** A file that is shown. */
interface OpenCapture {
  page: WebviewPage<ToPanel, FromPanel>;
  panel: vscode.WebviewPanel;
}

/** What its pages share with the Packets panel. */
export interface CaptureEditorParts {
  focus: PanelFocus;
  wireshark: Wireshark;
}

export class CaptureEditor
  implements vscode.CustomReadonlyEditorProvider<CaptureDocument>, vscode.Disposable
{
  readonly #registration: vscode.Disposable;
  /** By URI: the page of a file that was opened last. */
  readonly #pages = new Map<string, OpenCapture>();
  /** By URI: packets that are shown as soon as their page has loaded. */
  readonly #wanted = new Map<string, number>();
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: vscode.Memento;
  readonly #focus: PanelFocus;
  readonly #wireshark: Wireshark;

  constructor(
    context: vscode.ExtensionContext,
    log: vscode.LogOutputChannel,
    { focus, wireshark }: CaptureEditorParts,
  ) {
    this.#extensionUri = context.extensionUri;
    this.#log = log;
    this.#memory = context.workspaceState;
    this.#focus = focus;
    this.#wireshark = wireshark;
    this.#registration = vscode.window.registerCustomEditorProvider(CAPTURE_EDITOR, this, {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { retainContextWhenHidden: true },
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }

  /** Opens a file, and selects one of its packets. */
  async show(uri: vscode.Uri, number: number): Promise<void> {
    const open = this.#pages.get(uri.toString());
    if (open) {
      open.panel.reveal();
      open.page.post({ type: 'reveal', number });
    } else {
      this.#wanted.set(uri.toString(), number);
      await vscode.commands.executeCommand('vscode.openWith', uri, CAPTURE_EDITOR);
    }
  }

  openCustomDocument(uri: vscode.Uri): CaptureDocument {
    if (uri.scheme !== 'file')
      throw new Error(
        vscode.l10n.t('{0} is not on this computer: save it here, and open that file', uri.toString(true)),
      );
    return new CaptureDocument(uri, this.#extensionUri);
  }

  resolveCustomEditor(document: CaptureDocument, panel: vscode.WebviewPanel): void {
    const { packets } = document;
    const kind = {
      title: path.basename(document.uri.fsPath),
      bundle: 'packets',
      parse: parseFromPanel,
      settings: () => withoutFilter(this.#memory.get<string>(SETTINGS)),
    };
    const tell = (): void => {
      const { packets: total, read, size, isOver, problem } = packets.progress;
      page.post({
        type: 'changed',
        session: document.uri.toString(),
        total,
        running: !isOver,
        hasWireshark: this.#wireshark.isThere,
        file: { read: size > 0 ? read / size : 0, ...(problem !== undefined && { problem }) },
      });
    };
    const page = new WebviewPage<ToPanel, FromPanel>(kind, panel.webview, this.#extensionUri, this.#log, {
      onReady: () => {
        tell();
        this.#loaded(document.uri, page);
      },
      onMessage: (message) => void this.#answer(message, document, page, streams),
    });
    const streams = new StreamEditor(
      {
        source: () => packets,
        post: (message) => {
          if (message.type === 'reveal') panel.reveal();
          page.post(message);
        },
        folder: () => vscode.Uri.joinPath(document.uri, '..'),
        column: vscode.ViewColumn.Beside,
      },
      this.#extensionUri,
      this.#log,
    );
    this.#pages.set(document.uri.toString(), { page, panel });
    const progress = packets.onProgress(() => {
      tell();
      streams.changed();
    });
    const installed = this.#wireshark.onDidChange(tell);
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#focus.leave(page);
    });
    panel.onDidDispose(() => {
      progress.dispose();
      installed.dispose();
      streams.dispose();
      this.#focus.leave(page);
      const key = document.uri.toString();
      if (this.#pages.get(key)?.page === page) this.#pages.delete(key);
    });
  }

  #loaded(uri: vscode.Uri, page: WebviewPage<ToPanel, FromPanel>): void {
    const number = this.#wanted.get(uri.toString());
    this.#wanted.delete(uri.toString());
    if (number !== undefined) page.post({ type: 'reveal', number });
  }

  async #answer(
    message: OwnMessage<FromPanel>,
    { uri, packets }: CaptureDocument,
    page: WebviewPage<ToPanel, FromPanel>,
    streams: StreamEditor,
  ): Promise<void> {
    try {
      if (isPacketMessage(message)) {
        const answer = await answerPackets(message, packets);
        if (answer) page.post(answer);
      } else if (message.type === 'remember') await this.#memory.update(SETTINGS, message.settings);
      else if (message.type === 'focus') this.#focus.set(page, message.focused);
      else if (message.type === 'followStream') await streams.follow(message.number);
      else if (message.type === 'copy') await copyText(message);
      else if (message.type === 'export') await exportPackets(packets, vscode.Uri.joinPath(uri, '..'));
      else if (message.type === 'openInWireshark')
        await this.#wireshark.open(
          { source: packets, file: uri.fsPath, name: path.basename(uri.fsPath) },
          message,
        );
    } catch (error) {
      if ('id' in message) page.post({ type: 'failed', id: message.id, message: (error as Error).message });
      else showError(error);
    }
  }
}

/** Columns and sizes are for all files; a filter is for one. */
function withoutFilter(settings: string | undefined): string | undefined {
  if (settings === undefined) return undefined;
  try {
    return JSON.stringify({ ...(JSON.parse(settings) as object), filter: '' });
  } catch {
    // The page begins without settings rather than not at all.
    return undefined;
  }
}
