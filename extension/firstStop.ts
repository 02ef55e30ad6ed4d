// Reveals two views at a session's first stop: the Debug side bar with the trees (VS Code reveals it only at
// breakpoints, not on entry or at a state transition), and the Packets panel.
import * as vscode from 'vscode';
import type { PacketsPanel } from './packets/packetsPanel.ts';
import type { Sessions } from './session.ts';

/** Set once the Sockets tree was opened; from then on the user decides whether it stays open. */
const SOCKETS_SHOWN = 'sockscope.socketsShown';
/** Set when the user has replaced the packets by another panel while debugging. */
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
    // The keyboard focus stays where it was.
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
