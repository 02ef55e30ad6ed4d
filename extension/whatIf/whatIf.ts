// What if: the commands that begin another run with one change, and show where the two runs begin to differ.
import * as vscode from 'vscode';
import type { TraceLine, TraceResponse } from '../../debug-adapter/protocol.ts';
import { compareRuns, type RunsCompared } from '../../debug-adapter/sequence/firstDifference.ts';
import type { Sessions } from '../session.ts';
import { shortTime } from '../shortTime.ts';
import { askChange } from './change.ts';
import { Forks, type Fork } from './forks.ts';
import { secondsOf, Traces } from './traces.ts';
import { showError } from '../showError.ts';

/** Of a line, in a message. */
const MOST_CHARACTERS = 110;

interface Sides {
  origin: TraceResponse;
  changed: TraceResponse;
}

export function registerWhatIf(sessions: Sessions): vscode.Disposable {
  const forks = new Forks(sessions);
  const traces = new Traces();
  const command = (name: string, run: (packet?: number) => Promise<void>) =>
    vscode.commands.registerCommand(name, async (given: unknown) => {
      try {
        await run(typeof given === 'number' ? given : undefined);
      } catch (error) {
        showError(error);
      }
    });
  return vscode.Disposable.from(
    forks,
    traces,
    command('sockscope.whatIf', async (packet) => {
      const session = sessions.current;
      if (session === undefined || session.running)
        throw new Error(vscode.l10n.t('Another run begins from a stop: pause this one first.'));
      const change = await askChange(session, packet);
      if (change !== undefined) await forks.begin(session, change);
    }),
    command('sockscope.compareRuns', async () => {
      const fork = forks.of(sessions.current);
      if (fork === undefined)
        throw new Error(
          vscode.l10n.t('This run has no other one to be compared with: "What If…" begins one.'),
        );
      await show(fork, traces);
    }),
    sessions.onDidChange((change) => {
      const fork = change === 'ended' ? forks.of(sessions.current) : undefined;
      if (fork !== undefined && fork.changed === sessions.current) void tellOfEnd(fork, traces);
    }),
  );
}

async function sidesOf({ origin, changed }: Fork): Promise<Sides> {
  const [one, other] = await Promise.all([
    origin.request('sockscope/trace', {}),
    changed.request('sockscope/trace', {}),
  ]);
  return { origin: one, changed: other };
}

/** Both runs side by side, at the first difference, and a message that says it. */
async function show(fork: Fork, traces: Traces, sides?: Sides): Promise<void> {
  const both = sides ?? (await sidesOf(fork));
  const compared = compareRuns(both.origin, both.changed);
  void vscode.window.showInformationMessage(wordsOf(fork, both, compared));
  const line = lineOf(compared) ?? Math.max(0, both.changed.lines.length - 1);
  await vscode.commands.executeCommand(
    'vscode.diff',
    traces.add(fork.origin, both.origin),
    traces.add(fork.changed, both.changed),
    vscode.l10n.t('What if {0}', fork.title),
    { preview: false, selection: new vscode.Range(line, 0, line, 0) },
  );
}

/** Of the changed run: the one to look at first. */
function lineOf(compared: RunsCompared): number | undefined {
  if (compared.kind === 'differ' || compared.kind === 'earlier') return compared.right;
  return compared.kind === 'same' ? compared.drawn?.right : undefined;
}

async function tellOfEnd(fork: Fork, traces: Traces): Promise<void> {
  try {
    const sides = await sidesOf(fork);
    const both = vscode.l10n.t('Show Both Runs');
    const words = wordsOf(fork, sides, compareRuns(sides.origin, sides.changed));
    if ((await vscode.window.showInformationMessage(words, both)) === both) await show(fork, traces, sides);
  } catch (error) {
    void vscode.window.showErrorMessage((error as Error).message);
  }
}

function wordsOf({ title, origin, changed }: Fork, sides: Sides, compared: RunsCompared): string {
  switch (compared.kind) {
    case 'differ': {
      const [before, now] = [sides.origin.lines[compared.left]!, sides.changed.lines[compared.right]!];
      return vscode.l10n.t(
        'What if {0}: the first difference. Before, at t = {1} s: {2}. Now, at t = {3} s: {4}.',
        title,
        timeOf(before),
        shorten(before.text),
        timeOf(now),
        shorten(now.text),
      );
    }
    case 'earlier':
      return vscode.l10n.t(
        'What if {0}: the runs differ already before t = {1} s, where what is kept of both begins. The first difference is not known any more.',
        title,
        timeOf(sides.changed.lines[compared.right]!),
      );
    case 'apart':
      return vscode.l10n.t('The runs are so long that no part is kept of both: nothing can be compared.');
    case 'same': {
      const shorter = { left: origin, right: changed, neither: undefined }[compared.shorter];
      const last = sides.changed.lines[compared.lines - 1];
      const time = last === undefined ? '0' : timeOf(last);
      if (shorter !== undefined && shorter.past === undefined)
        return vscode.l10n.t(
          'What if {0}: no difference up to t = {1} s, where "{2}" stands. Continue it, and compare again.',
          title,
          time,
          shorter.debugSession.name,
        );
      if (origin.past === undefined || changed.past === undefined)
        return vscode.l10n.t(
          'What if {0}: no difference up to t = {1} s, as far as both have come.',
          title,
          time,
        );
      return compared.drawn === undefined
        ? vscode.l10n.t('What if {0}: nothing differs, to the end of both runs.', title)
        : vscode.l10n.t(
            'What if {0}: the same happens, to the end of both runs. Only ports and sequence numbers differ, which are drawn at random, first at t = {1} s: {2}.',
            title,
            timeOf(sides.changed.lines[compared.drawn.right]!),
            shorten(sides.changed.lines[compared.drawn.right]!.text),
          );
    }
  }
}

function timeOf({ timeNs }: TraceLine): string {
  return shortTime(secondsOf(timeNs));
}
function shorten(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
