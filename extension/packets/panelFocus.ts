// Which page of packets has the keyboard: the panel's commands act on it.
import * as vscode from 'vscode';
import { PANEL_COMMANDS, type ToPanel } from '../../webviews/messages.ts';

/** What commands can be sent to. */
export interface CommandTarget {
  post(message: ToPanel): void;
}

export class PanelFocus implements vscode.Disposable {
  #target: CommandTarget | undefined;
  /** The page that had the keyboard last, for commands of the palette, which takes it. */
  #last: CommandTarget | undefined;
  readonly #commands: vscode.Disposable[];

  /** @param otherwise is done with a command if no page has the keyboard, or had it before */
  constructor(otherwise: (message: ToPanel) => void) {
    this.#commands = PANEL_COMMANDS.map((command) =>
      vscode.commands.registerCommand(`sockscope.packets.${command}`, () => {
        const message = { type: 'command', command } as const;
        const target = this.#target ?? this.#last;
        if (target) target.post(message);
        else otherwise(message);
      }),
    );
  }

  /** A page has the keyboard now, or has lost it. */
  set(page: CommandTarget, hasFocus: boolean): void {
    if (!hasFocus && this.#target !== page) return;
    this.#target = hasFocus ? page : undefined;
    if (hasFocus) this.#last = page;
    void vscode.commands.executeCommand('setContext', 'sockscope.packetsFocused', hasFocus);
  }

  /** A page is gone, or hidden. */
  leave(page: CommandTarget): void {
    this.set(page, false);
    if (this.#last === page) this.#last = undefined;
  }

  dispose(): void {
    for (const command of this.#commands) command.dispose();
  }
}
