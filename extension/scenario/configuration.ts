// Debug configurations: for a launch.json, for the open scenario without one, and the check of what was written.
import path from 'node:path';
import * as vscode from 'vscode';
import type { LaunchConfiguration } from '../../debug-adapter/protocol.ts';
import { DEBUG_TYPE } from '../session.ts';
import { isScenarioDocument } from './scenarioEditor.ts';

/** The configuration with which a scenario is debugged when nobody wrote one. */
export function configurationFor(program: string): vscode.DebugConfiguration & LaunchConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: `Debug ${path.basename(program)}`,
    program,
    // Without a breakpoint it would run to its end before anybody has seen anything.
    stopOnEntry: !vscode.debug.breakpoints.some((breakpoint) => breakpoint.enabled),
  };
}

/** Offers a configuration for the scenario in the active editor, in the drop-down of Run and Debug. */
const dynamicConfigurations: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations() {
    const document = vscode.window.activeTextEditor?.document;
    return isScenarioDocument(document) ? [configurationFor(document.uri.fsPath)] : [];
  },
};

/** The first content of a launch.json, and the check of a configuration before it starts. */
const launchConfigurations: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations() {
    return [{ ...configurationFor('${file}'), name: 'Debug the open scenario', stopOnEntry: true }];
  },

  resolveDebugConfiguration(_folder, configuration) {
    // F5 without a launch.json: an empty configuration.
    const isEmpty = !configuration.type && !configuration.request && !configuration.name;
    if (isEmpty) {
      const document = vscode.window.activeTextEditor?.document;
      if (isScenarioDocument(document)) return configurationFor(document.uri.fsPath);
      void complain('Open a scenario first: a TypeScript or JavaScript file that imports from "sockscope".');
      return undefined;
    }
    if (typeof configuration['program'] !== 'string' || configuration['program'] === '') {
      void complain(
        `launch.program must name the scenario's file, got ${JSON.stringify(configuration['program']) ?? 'nothing'} (launch.json, configuration "${configuration.name}")`,
      );
      // Opens launch.json.
      return null;
    }
    return configuration;
  },

  /** Paths are the workspace folder's, not those of wherever the adapter happens to run. */
  resolveDebugConfigurationWithSubstitutedVariables(folder, configuration) {
    if (folder)
      for (const name of ['program', 'pcap']) {
        const given: unknown = configuration[name];
        if (typeof given === 'string' && given !== '')
          configuration[name] = path.resolve(folder.uri.fsPath, given);
      }
    return configuration;
  },
};

async function complain(message: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(message, 'New Scenario');
  if (choice) await vscode.commands.executeCommand('sockscope.newScenario');
}

/** Debugs a scenario: the given file, else the one in the active editor. */
async function debugScenario(uri?: vscode.Uri): Promise<void> {
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : vscode.window.activeTextEditor?.document;
  if (!isScenarioDocument(document)) {
    await complain('Open a scenario first: a TypeScript or JavaScript file that imports from "sockscope".');
    return;
  }
  if (document.isUntitled) {
    void vscode.window.showErrorMessage('Save the scenario first: the machine loads it from its file.');
    return;
  }
  await vscode.debug.startDebugging(
    vscode.workspace.getWorkspaceFolder(document.uri),
    configurationFor(document.uri.fsPath),
  );
}

/** Registers the providers and the command `sockscope.debugScenario`. */
export function registerConfigurations(): vscode.Disposable {
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, launchConfigurations, Initial),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, dynamicConfigurations, Dynamic),
    vscode.commands.registerCommand('sockscope.debugScenario', debugScenario),
  );
}
