// What comes to view at a session's first stop: the Debug side bar, where the trees are (VS Code itself brings it at breakpoints
// only, not on entry or at a state transition), and the Packets panel.
import * as vscode from 'vscode';
import type { PacketsPanel } from './packets/packetsPanel.ts';
import type { Sessions } from './session.ts';

/** Remembers that the Sockets tree was opened once; whether it stays open is the user's choice from then on. */
const SOCKETS_SHOWN = 'sockscope.socketsShown';
/** Remembers that the user has put something else in the place of the packets while debugging. */
const PACKETS_LEFT = 'sockscope.packetsLeft';

/** Shows both once a session. The user's setting `debug.openDebug` can keep the side bar shut. */
export class FirstStop implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #packets: PacketsPanel;
  readonly #memory: vscode.Memento;
  readonly #subscriptions: vscode.Disposable[];
  #shownFor: string | undefined;

  constructor(sessions: Sessions, packets: PacketsPanel, memory: vscode.Memento) {
    this.#sessions = sessions;
    this.#packets = packets;
    this.#memory = memory;
    this.#subscriptions = [
      sessions.onDidChange((change) => {
        if (change === 'stopped') void this.#stopped();
      }),
      packets.onDidChangeVisibility((visible) => {
        if (this.#shownFor === sessions.current?.id) void memory.update(PACKETS_LEFT, !visible);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #stopped(): Promise<void> {
    const { current } = this.#sessions;
    if (!current || this.#shownFor === current.id) return;
    if (!this.#memory.get(PACKETS_LEFT)) await this.#packets.show();
    this.#shownFor = current.id;
    await this.#showSideBar();
    // The keyboard stays where it was.
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  }

  async #showSideBar(): Promise<void> {
    if (vscode.workspace.getConfiguration('debug').get('openDebug') === 'neverOpen') return;
    await vscode.commands.executeCommand('workbench.view.debug');
    if (this.#memory.get(SOCKETS_SHOWN)) return;
    await vscode.commands.executeCommand('sockscope.sockets.focus');
    await this.#memory.update(SOCKETS_SHOWN, true);
  }
}
