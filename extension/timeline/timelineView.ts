// The host of the Timeline view: connects the webview with the adapter, bookmarks and the Packets panel.
import * as vscode from 'vscode';
import { parseFromTimeline, type FromTimeline, type ToTimeline } from '../../webviews/timeline/messages.ts';
import type { Bookmarks } from '../bookmarks.ts';
import { goToEvent } from '../goToEvent.ts';
import type { PacketsPanel } from '../packets/packetsPanel.ts';
import { saveFile } from '../saveFile.ts';
import type { MachineSession, Sessions } from '../session.ts';
import { shortTime } from '../shortTime.ts';
import { Throttle } from '../throttle.ts';
import { WebviewHost } from '../webviewHost.ts';
import type { OwnMessage } from '../webviewPage.ts';

const KIND = {
  viewId: 'sockscope.timeline',
  title: vscode.l10n.t('Timeline'),
  bundle: 'timeline',
  parse: parseFromTimeline,
};
/** Milliseconds between two updates while the machine runs: the adapter goes through all that is recorded. */
const UPDATE_INTERVAL = 1000;
const COMMANDS = {
  startDebugging: 'sockscope.debugScenario',
  newScenario: 'sockscope.newScenario',
  openSample: 'sockscope.openSample',
} as const;

/** The parts of the extension that the timeline leads to. */
export interface Surroundings {
  sessions: Sessions;
  bookmarks: Bookmarks;
  packets: PacketsPanel;
}

export class TimelineView implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #bookmarks: Bookmarks;
  readonly #packets: PacketsPanel;
  readonly #host: WebviewHost<ToTimeline, FromTimeline>;
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#tellChanged());
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    { sessions, bookmarks, packets }: Surroundings,
    log: vscode.LogOutputChannel,
  ) {
    this.#sessions = sessions;
    this.#bookmarks = bookmarks;
    this.#packets = packets;
    this.#host = new WebviewHost(KIND, extensionUri, log);
    this.#host.onShown = () => this.#throttle.now();
    this.#host.onMessage = (message) => void this.#answer(message);
    this.#subscriptions = [
      this.#host,
      bookmarks.onDidChange(() => this.#throttle.now()),
      sessions.onDidChange((change) => {
        if (change === 'progress' && sessions.current?.running) this.#throttle.request();
        else this.#throttle.now();
      }),
    ];
  }

  dispose(): void {
    this.#throttle.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #tellChanged(): void {
    if (!this.#host.isShown) return;
    const session = this.#sessions.current;
    this.#host.post({
      type: 'changed',
      running: session?.running ?? false,
      ...(session && { session: session.id }),
      ...(session?.moment && { moment: `t = ${shortTime(session.moment.time)} s` }),
      ...(session?.past && { ended: session.past.packetsAsOf }),
    });
  }

  async #answer(message: OwnMessage<FromTimeline>): Promise<void> {
    try {
      await this.#obey(message);
    } catch (error) {
      const text = (error as Error).message;
      if (message.type === 'getTimeline') this.#host.post({ type: 'failed', id: message.id, message: text });
      else void vscode.window.showErrorMessage(text);
    }
  }

  async #obey(message: OwnMessage<FromTimeline>): Promise<void> {
    switch (message.type) {
      case 'getTimeline': {
        const { id, wanted } = message;
        const data = await this.#session.request('sockscope/timeline', wanted);
        this.#host.post({ type: 'timeline', id, data });
        return;
      }
      case 'goToEvent':
        return goToEvent(this.#session, message.event);
      case 'goToBookmark':
        return this.#bookmarks.goTo(message.name);
      case 'bookmark':
        return this.#bookmarks.add(message.event === undefined ? {} : { event: message.event });
      case 'renameBookmark':
        return this.#bookmarks.rename(message.name);
      case 'removeBookmark':
        return this.#bookmarks.remove(message.name);
      case 'revealPacket':
        return this.#packets.revealPacket(message.number);
      case 'save':
        return saveFile(message);
      case 'run':
        await vscode.commands.executeCommand(COMMANDS[message.command]);
    }
  }

  get #session(): MachineSession {
    const { current } = this.#sessions;
    if (!current) throw new Error(vscode.l10n.t('There is nothing to draw: no program was debugged yet.'));
    return current;
  }
}
