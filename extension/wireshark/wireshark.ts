// Opens packets in Wireshark: the capture file itself, or the packets of a session in a temporary file.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../../language/userError.ts';
import { fieldsOnlyHere } from '../../debug-adapter/packets/filter/help/onlyHere.ts';
import type { TemporaryCaptures } from '../captures/temporaryCaptures.ts';
import { translate } from '../language.ts';
import type { PacketSource } from '../packets/packetSource.ts';
import { findWireshark } from './findWireshark.ts';
import { wiresharkArguments } from './wiresharkArguments.ts';

const SETTING = 'sockscope.wireshark';
const DOWNLOAD = 'https://www.wireshark.org/download.html';
/** Milliseconds within which a program that ends has not started. */
const START_TIME = 5_000;

/** What is opened. */
export interface WiresharkCapture {
  source: PacketSource;
  /** The file that the packets are from; without one they are written into a temporary file of this name. */
  file?: string;
  name: string;
}

/** What the list shows. */
export interface WiresharkPlace {
  /** The packet that is selected. */
  number?: number;
  filter: string;
}

export class Wireshark implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #configuration: vscode.Disposable;
  #program: string | undefined;
  readonly #temporary: TemporaryCaptures;

  /** It may be found now, or not any more. */
  readonly onDidChange = this.#changed.event;

  constructor(temporary: TemporaryCaptures) {
    this.#temporary = temporary;
    this.#program = currentProgram();
    this.#configuration = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) this.#look();
    });
  }

  /** Whether there is a program that opens where the user sees it. */
  get isThere(): boolean {
    return this.#program !== undefined;
  }

  /** Rejects with a message for the user. */
  async open(capture: WiresharkCapture, { number, filter }: WiresharkPlace): Promise<void> {
    if (!vscode.workspace.isTrusted)
      throw new Error(
        vscode.l10n.t('Wireshark is not started for files of a folder that is not trusted: trust it first.'),
      );
    const program = this.#look();
    if (program === undefined) return tellMissing();
    const only = onlyHereIn(filter);
    const file = capture.file ?? (await this.#temporary.write(capture.source, capture.name));
    const packet = capture.file === undefined ? await placeOf(number, capture.source) : number;
    const shown = { file, ...(packet !== undefined && { packet }), filter: only.length > 0 ? '' : filter };
    start(program, wiresharkArguments(shown));
    if (only.length > 0)
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'Wireshark shows all packets: it cannot know {0}, which the filter asks for.',
          only.join(', '),
        ),
      );
    else
      vscode.window.setStatusBarMessage(
        vscode.l10n.t('Opening {0} in Wireshark…', path.basename(file)),
        4000,
      );
  }

  dispose(): void {
    this.#configuration.dispose();
    this.#changed.dispose();
  }

  /** It may have been installed since. */
  #look(): string | undefined {
    const before = this.#program;
    this.#program = currentProgram();
    if (this.#program !== before) this.#changed.fire();
    return this.#program;
  }
}

function currentProgram(): string | undefined {
  const chosen = chosenProgram();
  if (chosen !== '') return isProgram(chosen) ? chosen : undefined;
  return isElsewhere()
    ? undefined
    : findWireshark({ platform: process.platform, env: process.env, isProgram });
}

function onlyHereIn(filter: string): string[] {
  try {
    return fieldsOnlyHere(filter);
  } catch (error) {
    throw new Error(errorText(translate, error), { cause: error });
  }
}

/** The number of a packet in the exported file: packets before it may have been let go. */
async function placeOf(number: number | undefined, source: PacketSource): Promise<number | undefined> {
  if (number === undefined) return undefined;
  const { located = -1 } = await source.request('sockscope/packets', { from: 0, count: 0, locate: number });
  return located < 0 ? undefined : located + 1;
}

/** Never through a shell: nothing in a name or a filter has a meaning but its own. */
function start(program: string, args: readonly string[]): void {
  const failed = (reason: string) =>
    void vscode.window.showErrorMessage(
      vscode.l10n.t('Wireshark ({0}) does not start: {1}', program, reason),
    );
  const began = Date.now();
  const child = spawn(program, args, { shell: false, detached: true, stdio: 'ignore' });
  child.on('error', (error) => failed(error.message));
  child.on('exit', (code) => {
    if (code && Date.now() - began < START_TIME) failed(vscode.l10n.t('it has ended with code {0}', code));
  });
  child.unref();
}

async function tellMissing(): Promise<void> {
  const chosen = chosenProgram();
  const settings = vscode.l10n.t('Open Settings');
  const download = vscode.l10n.t('Download Wireshark');
  const message =
    chosen !== ''
      ? vscode.l10n.t('{0}, which the setting {1} names, is no program.', chosen, SETTING)
      : isElsewhere()
        ? vscode.l10n.t(
            'The packets of this window are on another computer ({0}), and Wireshark would open there. Export or download them for Wireshark on yours, or name the program there in the setting {1}.',
            vscode.env.remoteName ?? vscode.l10n.t('the one that this page comes from'),
            SETTING,
          )
        : vscode.l10n.t(
            'Wireshark was not found: install it, or name its program in the setting {0}.',
            SETTING,
          );
  const offers = chosen === '' && !isElsewhere() ? [download, settings] : [settings];
  const answer = await vscode.window.showWarningMessage(message, ...offers);
  if (answer === settings) await vscode.commands.executeCommand('workbench.action.openSettings', SETTING);
  if (answer === download) await vscode.env.openExternal(vscode.Uri.parse(DOWNLOAD));
}

function chosenProgram(): string {
  return vscode.workspace.getConfiguration().get(SETTING, '').trim();
}

/** The extension runs on another computer than the one with the window. */
function isElsewhere(): boolean {
  return vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file) && statSync(file).isFile();
  } catch {
    return false;
  }
}
