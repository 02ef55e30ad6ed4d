// The program that was last debugged in this workspace. F5 in one of the stack's files runs this program:
// after a run such a file is often active, and it is not a program.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { programFiles } from './launchFile.ts';

const KEY = 'sockscope.lastProgram';

/** What is needed to start the same program again. */
interface Remembered {
  /** Absolute path; of several programs, the one that was in the active editor. */
  program: string;
  /** The configuration's name, which may be one of launch.json. */
  name: string;
  /** The workspace folder, as a URI. */
  folder?: string;
}

/** Stores the last program, starts it again, and returns to its tab when a run has ended. */
export class LastProgram implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #sources: StackSources;
  readonly #configurationFor: (program: string) => vscode.DebugConfiguration;
  readonly #subscriptions: vscode.Disposable[];

  /** @param configurationFor the configuration of a program that no launch.json names */
  constructor(
    memory: vscode.Memento,
    sources: StackSources,
    configurationFor: (program: string) => vscode.DebugConfiguration,
  ) {
    this.#memory = memory;
    this.#sources = sources;
    this.#configurationFor = configurationFor;
    this.#subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => void this.#remember(session)),
      vscode.debug.onDidTerminateDebugSession((session) => void this.#goBack(session)),
      vscode.window.onDidChangeActiveTextEditor(() => this.#updateContext()),
      vscode.commands.registerCommand('sockscope.runAgain', () => this.runAgain()),
    ];
    this.#updateContext();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Absolute path of the last program, if there was one. */
  get program(): string | undefined {
    return this.#remembered?.program;
  }

  /**
   * Starts the last program again, by its configuration in launch.json if it has one; a run in progress is
   * restarted.
   */
  async runAgain(): Promise<void> {
    if (vscode.debug.activeDebugSession?.type === DEBUG_TYPE)
      return vscode.commands.executeCommand('workbench.action.debug.restart');
    const last = this.#remembered;
    if (!last) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing was debugged in this workspace yet: open a scenario or a Node program.'),
      );
      return;
    }
    const folder = last.folder
      ? vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(last.folder))
      : undefined;
    const written = vscode.workspace
      .getConfiguration('launch', folder?.uri)
      .get<unknown[]>('configurations', []);
    const isWritten = written.some(
      (one) => typeof one === 'object' && one !== null && 'name' in one && one.name === last.name,
    );
    await vscode.debug.startDebugging(folder, isWritten ? last.name : this.#configurationFor(last.program));
  }

  get #remembered(): Remembered | undefined {
    return this.#memory.get<Remembered>(KEY);
  }

  async #remember({ type, workspaceFolder, configuration }: vscode.DebugSession): Promise<void> {
    if (type !== DEBUG_TYPE) return;
    const files = programFiles(configuration);
    const active = vscode.window.activeTextEditor?.document.uri.fsPath;
    const program = files.find((file) => file === active) ?? files[0];
    if (program === undefined) return;
    const remembered: Remembered = {
      program,
      name: configuration.name,
      ...(workspaceFolder && { folder: workspaceFolder.uri.toString() }),
    };
    await this.#memory.update(KEY, remembered);
    this.#updateContext();
  }

  /** The run ended in a file of the stack: activate the program's tab again, if it is still open. */
  async #goBack({ type, configuration }: vscode.DebugSession): Promise<void> {
    if (type !== DEBUG_TYPE || !this.#sources.isActive) return;
    const files = programFiles(configuration);
    const program = files.find((file) => file === this.program) ?? files[0];
    for (const group of vscode.window.tabGroups.all)
      for (const { input } of group.tabs) {
        if (!(input instanceof vscode.TabInputText) || input.uri.fsPath !== program) continue;
        await vscode.window.showTextDocument(input.uri, {
          viewColumn: group.viewColumn,
          preview: false,
          preserveFocus: true,
        });
        return;
      }
  }

  /** Keys for package.json's `when` clauses. */
  #updateContext(): void {
    const hasRun = this.#remembered !== undefined;
    void vscode.commands.executeCommand('setContext', 'sockscope.hasRun', hasRun);
    void vscode.commands.executeCommand(
      'setContext',
      'sockscope.runsAgain',
      hasRun && this.#sources.isActive,
    );
  }
}
