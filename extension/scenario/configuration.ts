// Debug configurations: for a launch.json, for the open program without one, and their validation.
import { message, type Message } from '../../language/message.ts';
import { say } from '../language.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LaunchConfiguration } from '../../debug-adapter/protocol.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import { DEBUG_TYPE } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import type { LastProgram } from './lastProgram.ts';
import { configurationNaming, programFiles, withAbsolutePaths } from './launchFile.ts';
import { isNodeProgramDocument, isProgramDocument } from './nodeProgramEditor.ts';
import { isScenarioDocument } from './scenarioEditor.ts';
import { isScenario } from './scenarioText.ts';

/** The configuration with which a program is debugged: that of the nearest launch.json that names it, if any. */
export function configurationFor(program: string): vscode.DebugConfiguration {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(program))?.uri.fsPath;
  return configurationNaming(program, DEBUG_TYPE, root) ?? configurationOf(program);
}

/** A configuration that no launch.json has. */
function configurationOf(program: string): vscode.DebugConfiguration & LaunchConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: vscode.l10n.t('Debug {0}', path.basename(program)),
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

export const isDebuggable = (document: vscode.TextDocument): boolean =>
  isScenarioDocument(document) || isNodeProgramDocument(document);

/** Offers a configuration for the program in the active editor, in the drop-down of Run and Debug. */
const dynamicConfigurations: vscode.DebugConfigurationProvider = {
  provideDebugConfigurations() {
    const document = vscode.window.activeTextEditor?.document;
    return document && isDebuggable(document) ? [configurationFor(document.uri.fsPath)] : [];
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

  provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): vscode.DebugConfiguration[] {
    const document = vscode.window.activeTextEditor?.document;
    if (!folder || !isNodeProgramDocument(document))
      return [
        { ...configurationOf('${file}'), name: vscode.l10n.t('Debug the open scenario'), stopOnEntry: true },
      ];
    const { fsPath } = document.uri;
    const program = `\${workspaceFolder}/${path.relative(folder.uri.fsPath, fsPath).replaceAll(path.sep, '/')}`;
    return [{ ...configurationOf(fsPath), program, stopOnEntry: true }];
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
      void complain(say(NO_PROGRAM));
      return undefined;
    }
    // A recording has its programs.
    if (configuration['recording'] !== undefined) return configuration;
    if (configuration['programs'] === undefined && programFiles(configuration).length === 0) {
      void complain(
        vscode.l10n.t(
          'launch.program must name the file of a scenario or a Node program, got {0} (launch.json, configuration "{1}")',
          JSON.stringify(configuration['program']) ?? vscode.l10n.t('nothing'),
          configuration.name,
        ),
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
    const { recording } = configuration;
    const [first] = programFiles(configuration);
    const base =
      folder?.uri.fsPath ?? (first !== undefined && path.isAbsolute(first) ? path.dirname(first) : '');
    // A recording has its own working directory.
    const resolved =
      typeof recording === 'string'
        ? { ...configuration, recording: path.resolve(base, recording) }
        : base === ''
          ? configuration
          : withAbsolutePaths(configuration, base);
    resolved['breakOn'] ??= this.#breakOn.chosen;
    // The views show the recorded run after it has ended.
    resolved['record'] = true;
    // "${file}" while a file of the stack is in the active editor.
    if (this.#sources.has(String(resolved['program'])) && this.#last.program !== undefined)
      resolved['program'] = this.#last.program;
    return resolved;
  }

  /**
   * The program in the active editor. A file that only helps another one gives way to the program debugged
   * last, and is a Node program if there is none.
   */
  #programInFront(): string | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document && isDebuggable(document)) return document.uri.fsPath;
    return this.#last.program ?? (isProgramDocument(document) ? document.uri.fsPath : undefined);
  }
}

const NO_SCENARIO = message(
  'Open a scenario first: a TypeScript or JavaScript file that imports from "sockscope".',
);
export const NO_PROGRAM = message(
  'Open a program first: a Node program, or a scenario, which is a TypeScript or JavaScript file that imports from "sockscope".',
);

export async function complain(message: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(message, vscode.l10n.t('New Scenario'));
  if (choice) await vscode.commands.executeCommand('sockscope.newScenario');
}

/** Kinds of programs, as the commands name them. */
interface Kind {
  matches: (document: vscode.TextDocument | undefined) => document is vscode.TextDocument;
  missing: Message;
  unsaved: Message;
}
const SCENARIO: Kind = {
  matches: isScenarioDocument,
  missing: NO_SCENARIO,
  unsaved: message('Save the scenario first: the machine loads it from its file.'),
};
const NODE_PROGRAM: Kind = {
  matches: isProgramDocument,
  missing: message('Open a Node program first: a JavaScript or TypeScript file.'),
  unsaved: message('Save the program first: the machine loads it from its file.'),
};

/**
 * Debugs a program: the given file, otherwise the one in the active editor, otherwise the program debugged
 * last.
 */
async function debugProgram(kind: Kind, last: LastProgram, uri?: vscode.Uri): Promise<void> {
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : vscode.window.activeTextEditor?.document;
  if (!kind.matches(document)) {
    if (!uri && last.program !== undefined) return last.runAgain();
    await complain(say(kind.missing));
    return;
  }
  if (document.isUntitled) {
    void vscode.window.showErrorMessage(say(kind.unsaved));
    return;
  }
  await vscode.debug.startDebugging(
    vscode.workspace.getWorkspaceFolder(document.uri),
    configurationFor(document.uri.fsPath),
  );
}

/** Registers the providers and the commands `sockscope.debugScenario` and `sockscope.debugNodeProgram`. */
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
      debugProgram(SCENARIO, last, uri),
    ),
    vscode.commands.registerCommand('sockscope.debugNodeProgram', (uri?: vscode.Uri) =>
      debugProgram(NODE_PROGRAM, last, uri),
    ),
  );
}
