// The extension's entry: what it is made of.
import * as vscode from 'vscode';
import { registerDebugSideBar } from './debugSideBar.ts';
import { registerInlineValues } from './editor/inlineValues.ts';
import { PacketsPanel } from './packets/packetsPanel.ts';
import { registerConfigurations } from './scenario/configuration.ts';
import { registerNewScenario } from './scenario/newScenario.ts';
import { registerScenarioEditor } from './scenario/scenarioEditor.ts';
import { Sessions } from './session.ts';
import { DebugTree } from './trees/debugTree.ts';
import { registerTreeCommands } from './trees/treeCommands.ts';

/** Called by VS Code when something of the extension is first needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Sockscope', { log: true });
  const sessions = new Sessions();
  const trees = (['sockets', 'interfaces', 'kernel'] as const).map(
    (view) => new DebugTree(view, sessions, log),
  );
  const packets = new PacketsPanel(context.extensionUri, sessions, log);
  context.subscriptions.push(
    log,
    sessions,
    ...trees,
    packets,
    registerTreeCommands(trees, packets),
    registerScenarioEditor(),
    registerConfigurations(),
    registerNewScenario(context.extensionUri),
    registerDebugSideBar(sessions, context.globalState),
    registerInlineValues(sessions, context.extensionUri),
  );
}
