// "Find a Failing Seed": runs the program with many seeds and faults, and opens the failure that it finds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LaunchConfiguration } from '../../debug-adapter/protocol.ts';
import type { ExploreOrder, ExploreProgress, FoundFailure } from '../../debug-adapter/explore/messages.ts';
import { say } from '../language.ts';
import { complain, configurationFor, isDebuggable, NO_PROGRAM } from '../scenario/configuration.ts';
import type { LastProgram } from '../scenario/lastProgram.ts';
import { DEBUG_TYPE } from '../session.ts';
import { explore } from './exploreProcess.ts';

const SEEDS = '1..200';
/** How long the status bar says that it was cancelled. */
const CANCELLED_MS = 10_000;

export class FailingSeed implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #last: LastProgram;
  readonly #command: vscode.Disposable;
  /** Failures are recorded here, for as long as the window is open. */
  #folder: Promise<string> | undefined;
  #files = 0;
  /** What was typed last. */
  #seeds = SEEDS;

  constructor(extensionUri: vscode.Uri, last: LastProgram) {
    this.#extensionUri = extensionUri;
    this.#last = last;
    this.#command = vscode.commands.registerCommand('sockscope.findFailingSeed', async (uri?: vscode.Uri) => {
      try {
        await this.#find(uri);
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    });
  }
  dispose(): void {
    this.#command.dispose();
    void this.#folder?.then((folder) => rm(folder, { recursive: true, force: true })).catch(() => undefined);
  }

  async #find(uri?: vscode.Uri): Promise<void> {
    const program = uri?.fsPath ?? this.#programInFront();
    if (program === undefined) return complain(say(NO_PROGRAM));
    const faults = await chooseFaults();
    const seeds = faults && (await this.#askSeeds());
    if (faults === undefined || seeds === undefined) return;
    // The threads load the programs from their files.
    await vscode.workspace.saveAll(false);
    const recording = await this.#newRecording(path.parse(program).name);
    const { stopOnEntry: _, ...launch } = configurationFor(program);
    await this.#explore({ launch, seeds, faults, asleep: [], recording }, path.basename(program));
  }

  async #newRecording(name: string): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), 'sockscope-failures-'));
    return path.join(await this.#folder, `${name}-${++this.#files}.sockscope`);
  }

  #programInFront(): string | undefined {
    const document = vscode.window.activeTextEditor?.document;
    return document && isDebuggable(document) ? document.uri.fsPath : this.#last.program;
  }

  async #askSeeds(): Promise<ExploreOrder['seeds'] | undefined> {
    const typed = await vscode.window.showInputBox({
      title: findTitle(),
      prompt: vscode.l10n.t('The seeds of the random numbers, from the first to the last one'),
      value: this.#seeds,
      ignoreFocusOut: true,
      validateInput: (text) =>
        seedsOf(text) ? undefined : vscode.l10n.t('Write the first and the last seed, such as 1..200.'),
    });
    if (typed === undefined) return undefined;
    this.#seeds = typed;
    return seedsOf(typed);
  }

  async #explore(order: ExploreOrder, program: string): Promise<void> {
    const explored = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Looking for a failing seed of {0}', program),
        cancellable: true,
      },
      async (progress, cancelled) => {
        let shown = 0;
        let last: ExploreProgress | undefined;
        const started = performance.now();
        const show = (now: ExploreProgress): void => {
          const percent = (now.done / now.of) * 100;
          progress.report({
            message: progressText(now, performance.now() - started),
            increment: percent - shown,
          });
          shown = percent;
          last = now;
        };
        const over = await explore(this.#extensionUri, order, show, cancelled);
        if (!cancelled.isCancellationRequested || (over?.failure ?? null) !== null) return over;
        vscode.window.setStatusBarMessage(cancelledText(last), CANCELLED_MS);
        return undefined;
      },
    );
    if (explored === undefined) return;
    const { failure, report, done } = explored;
    const showReport = vscode.l10n.t('Show Report');
    const goOn = vscode.l10n.t('It May Sleep: Look On');
    if (failure?.repetition === 'recorded') await openRecording(order.recording, program);
    const told = failure
      ? vscode.window.showWarningMessage(foundText(failure), ...(failure.isHang ? [goOn] : []), showReport)
      : vscode.window.showInformationMessage(vscode.l10n.t('No failure with {0} seeds.', done), showReport);
    const chosen = await told;
    if (chosen === goOn && failure !== null) {
      const recording = await this.#newRecording(path.parse(program).name);
      const asleep = [...order.asleep, failure.process];
      await this.#explore({ ...order, asleep, recording }, program);
    } else if (chosen === showReport)
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: report }));
  }
}

function findTitle(): string {
  return vscode.l10n.t('Find a Failing Seed');
}

/** `1..200`; undefined: it is none. */
function seedsOf(text: string): ExploreOrder['seeds'] | undefined {
  const [first, last] = (/^\s*(\d+)\s*\.\.\s*(\d+)\s*$/.exec(text)?.slice(1) ?? []).map(Number);
  const isRange = first !== undefined && last !== undefined && first <= last && last <= 0xffff_ffff;
  return isRange ? { first, last } : undefined;
}

/** @returns their names; undefined: the user has changed their mind */
async function chooseFaults(): Promise<string[] | undefined> {
  const fault = (name: string, label: string, picked = true) => ({ name, label, picked });
  const chosen = await vscode.window.showQuickPick(
    [
      fault('loss', vscode.l10n.t('Packets are lost')),
      fault('reorder', vscode.l10n.t('Packets overtake others')),
      fault('dup', vscode.l10n.t('Packets arrive twice')),
      fault('delay', vscode.l10n.t('Packets are late')),
      fault('kill', vscode.l10n.t('Processes are killed'), false),
    ],
    {
      title: findTitle(),
      placeHolder: vscode.l10n.t('What happens to the programs while they run?'),
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  return chosen?.map(({ name }) => name);
}

function progressText({ done, of, runs, isShrinking }: ExploreProgress, milliseconds: number): string {
  if (isShrinking) return vscode.l10n.t('A failure is found, and is being made smaller.');
  const rate = ((runs / milliseconds) * 1000).toFixed(1);
  return vscode.l10n.t('{0} of {1} seeds, {2} runs a second', done, of, rate);
}

/** @param last what was done by then, if anything was told */
function cancelledText(last: ExploreProgress | undefined): string {
  const text =
    last === undefined
      ? vscode.l10n.t('Cancelled before the first run.')
      : last.isShrinking
        ? vscode.l10n.t('Cancelled: a failure was found, and was being made smaller.')
        : vscode.l10n.t('Cancelled after {0} of {1} seeds, without a failure so far.', last.done, last.of);
  return `$(circle-slash) ${text}`;
}

function foundText({ process, text, seed, faults, repetition }: FoundFailure): string {
  const what = process === '' ? text : `${process}: ${text}`;
  const where =
    faults === 0
      ? vscode.l10n.t('It fails with seed {0}, without faults: {1}', seed, what)
      : faults === 1
        ? vscode.l10n.t('It fails with seed {0} and 1 fault: {1}', seed, what)
        : vscode.l10n.t('It fails with seed {0} and {1} faults: {2}', seed, faults, what);
  const missing = noRecordingText(repetition);
  return missing === undefined ? where : `${where} ${missing}`;
}

/** Why no recording opens it; undefined: one does. */
function noRecordingText(repetition: FoundFailure['repetition']): string | undefined {
  switch (repetition) {
    case 'recorded':
      return undefined;
    case 'unrecorded':
      return vscode.l10n.t(
        'No recording opens it: it fails where no event of the machine is, at the top level of a program or computing without end.',
      );
    case 'other':
      return vscode.l10n.t('Nothing repeats it: the program depends on something outside the machine.');
    case 'stopped':
      return vscode.l10n.t(
        'It was cancelled before the failure was made as small as it can be and was recorded.',
      );
  }
}

async function openRecording(recording: string, program: string): Promise<void> {
  const configuration: vscode.DebugConfiguration & LaunchConfiguration = {
    type: DEBUG_TYPE,
    request: 'launch',
    name: vscode.l10n.t('Failure of {0}', program),
    recording,
  };
  await vscode.debug.startDebugging(undefined, configuration);
}
