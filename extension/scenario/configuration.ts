// Debug configurations: for a launch.json, for the open scenario without one, and their validation.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LaunchConfiguration } from '../../debug-adapter/protocol.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import { DEBUG_TYPE } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import type { LastProgram } from './lastProgram.ts';
import { isScenarioDocument } from './scenarioEditor.ts';
import { isScenario } from './scenarioText.ts';

/** The configuration with which a scenario is debugged without a launch.json. */
export function configurationFor(program: string): vscode.DebugConfiguration & LaunchConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: `Debug ${path.basename(program)}`,
    program,
    // Without a breakpoint it would run to its end before the user could see anything.
    stopOnEntry: !vscode.debug.breakpoints.some(
      (breakpoint) => breakpoint.enabled && mayHit(breakpoint, program),
    ),
  };
}

/** A breakpoint in another scenario, one that was tried before perhaps, stops nothing in this one. */
function mayHit(breakpoint: vscode.Breakpoint, program: string): boolean {
  if (!(breakpoint instanceof vscode.SourceBreakpoint)) return true;
  const { fsPath } = breakpoint.location.uri;
  if (fsPath === program) return true;
  try {
    return !isScenario(readFileSync(fsPath, 'utf8'));
  } catch {
    // A file that cannot be read is not known to be another scenario.
    return true;
  }
}

/** Offers a configuration for the scenario in the active editor, in the drop-down of Run and Debug. */
const dynamicConfigurations: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations() {
    const document = vscode.window.activeTextEditor?.document;
    return isScenarioDocument(document) ? [configurationFor(document.uri.fsPath)] : [];
  },
};

/** The context from which a configuration is completed. */
interface Surroundings {
  last: LastProgram;
  sources: StackSources;
  breakOn: BreakOnChooser;
}

/** The initial content of a launch.json, and the validation of a configuration before it starts. */
class LaunchConfigurations implements vscode.DebugConfigurationProvider {
  readonly #last: LastProgram;
  readonly #sources: StackSources;
  readonly #breakOn: BreakOnChooser;

  constructor({ last, sources, breakOn }: Surroundings) {
    this.#last = last;
    this.#sources = sources;
    this.#breakOn = breakOn;
  }

  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [{ ...configurationFor('${file}'), name: 'Debug the open scenario', stopOnEntry: true }];
  }

  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.ProviderResult<vscode.DebugConfiguration> {
    // F5 without a launch.json: an empty configuration.
    const isEmpty = !configuration.type && !configuration.request && !configuration.name;
    if (isEmpty) {
      const program = this.#programInFront();
      if (program !== undefined) return configurationFor(program);
      void complain(NO_SCENARIO);
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
  }

  /** Relative paths refer to the workspace folder, not to the adapter's working directory. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    if (folder)
      for (const name of ['program', 'pcap']) {
        const given: unknown = configuration[name];
        if (typeof given === 'string' && given !== '')
          configuration[name] = path.resolve(folder.uri.fsPath, given);
      }
    configuration['breakOn'] ??= this.#breakOn.chosen;
    // The views show the recorded run after it has ended.
    configuration['record'] = true;
    // "${file}" while a file of the stack is in the active editor.
    if (this.#sources.has(String(configuration['program'])) && this.#last.program !== undefined)
      configuration['program'] = this.#last.program;
    return configuration;
  }

  /** The scenario in the active editor; if there is none, the program debugged last. */
  #programInFront(): string | undefined {
    const document = vscode.window.activeTextEditor?.document;
    return isScenarioDocument(document) ? document.uri.fsPath : this.#last.program;
  }
}

const NO_SCENARIO = 'Open a scenario first: a TypeScript or JavaScript file that imports from "sockscope".';

async function complain(message: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(message, 'New Scenario');
  if (choice) await vscode.commands.executeCommand('sockscope.newScenario');
}

/**
 * Debugs a scenario: the given file, otherwise the one in the active editor, otherwise the program debugged
 * last.
 */
async function debugScenario(last: LastProgram, uri?: vscode.Uri): Promise<void> {
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : vscode.window.activeTextEditor?.document;
  if (!isScenarioDocument(document)) {
    if (!uri && last.program !== undefined) return last.runAgain();
    await complain(NO_SCENARIO);
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
export function registerConfigurations(surroundings: Surroundings): vscode.Disposable {
  const { last } = surroundings;
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      new LaunchConfigurations(surroundings),
      Initial,
    ),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, dynamicConfigurations, Dynamic),
    vscode.commands.registerCommand('sockscope.debugScenario', (uri?: vscode.Uri) =>
      debugScenario(last, uri),
    ),
  );
}
