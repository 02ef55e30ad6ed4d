// Reveals two views at a session's first stop: the Debug side bar with the trees (VS Code reveals it only at
// breakpoints, not on entry or at a state transition), and the Packets panel.
import * as vscode from 'vscode';
import type { PacketsPanel } from './packets/packetsPanel.ts';
import type { Sessions } from './session.ts';
import type { DebugTree } from './trees/debugTree.ts';

/** Set once the Sockets tree was opened; from then on the user decides whether it stays open. */
const SOCKETS_SHOWN = 'sockscope.socketsShown';
/** Set when the user has replaced the packets by another panel while debugging. */
const PACKETS_LEFT = 'sockscope.packetsLeft';

/**
 * Shows both once a session. The user's setting `debug.openDebug` can keep the side bar shut. The keyboard focus stays
 * where it is: a user who is writing at a stop, for instance the name of a function breakpoint, goes on.
 */
export class FirstStop implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #packets: PacketsPanel;
  readonly #trees: readonly DebugTree[];
  readonly #memory: vscode.Memento;
  readonly #subscriptions: vscode.Disposable[];
  #shownFor: string | undefined;

  /** @param trees of the Debug side bar */
  constructor(
    sessions: Sessions,
    packets: PacketsPanel,
    trees: readonly DebugTree[],
    memory: vscode.Memento,
  ) {
    this.#sessions = sessions;
    this.#packets = packets;
    this.#trees = trees;
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
    if (!this.#memory.get(PACKETS_LEFT)) await this.#packets.show({ preserveFocus: true });
    this.#shownFor = current.id;
    await this.#showSideBar();
  }

  async #showSideBar(): Promise<void> {
    if (vscode.workspace.getConfiguration('debug').get('openDebug') === 'neverOpen') return;
    if (!this.#memory.get(SOCKETS_SHOWN)) {
      await vscode.commands.executeCommand('sockscope.sockets.focus', { preserveFocus: true });
      return this.#memory.update(SOCKETS_SHOWN, true);
    }
    if (this.#trees.some(({ view }) => view.visible)) return;
    // The side bar itself, whose trees the user has shut, is shown with the focus only.
    await vscode.commands.executeCommand('workbench.view.debug');
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  }
}
