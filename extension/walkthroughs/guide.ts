// Carries out the steps of the walkthroughs, watches what happens in their sessions, and tells VS Code which
// steps were done.
import type { Message } from '../../language/message.ts';
import { say } from '../language.ts';
import path from 'node:path';
import * as vscode from 'vscode';
import type { BreakOn } from '../../debug-adapter/protocol.ts';
import type { PacketsPanel } from '../packets/packetsPanel.ts';
import type { PicturesView } from '../pictures/picturesView.ts';
import { programFiles } from '../scenario/launchFile.ts';
import { DEBUG_TYPE, type MachineSession, type Sessions } from '../session.ts';
import type { Destination, Lesson, LessonView } from './lesson.ts';
import { lessonFile } from './lessonFile.ts';
import { LESSONS } from './lessons.ts';
import { contextKey, Progress, QUESTION } from './progress.ts';
import type { Stop } from './stop.ts';
import { StopWatch } from './stopWatch.ts';

/** The views that a step can show. */
interface Views {
  packets: PacketsPanel;
  pictures: PicturesView;
}

export class Guide implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #sessions: Sessions;
  readonly #views: Views;
  readonly #progress = new Map(LESSONS.map((lesson) => [lesson.id, new Progress(lesson)]));
  readonly #subscriptions: vscode.Disposable[];
  /** The function breakpoint by which a step stops; it is removed with the next step. */
  #own: vscode.FunctionBreakpoint | undefined;
  /** The view to show at the next stop of this lesson. */
  #pending: { lesson: Lesson; show: LessonView } | undefined;

  constructor(
    context: vscode.ExtensionContext,
    sessions: Sessions,
    views: Views,
    log: vscode.LogOutputChannel,
  ) {
    this.#context = context;
    this.#sessions = sessions;
    this.#views = views;
    this.#subscriptions = [
      new StopWatch(log, (session, stop) => this.#stopped(session, stop)),
      vscode.debug.onDidStartDebugSession((session) => this.#progressOf(session)?.started()),
      sessions.onDidChange((change) => {
        const session = sessions.current?.debugSession;
        const progress = session && this.#progressOf(session);
        if (!progress) return;
        if (change === 'continued') progress.continued();
        if (change === 'ended') this.#ended(progress);
      }),
      this.#command('sockscope.walkthroughStep', (lesson, step) => this.#carryOut(lesson, step)),
      this.#command('sockscope.openWalkthrough', (lesson) => this.#open(lesson)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #command(name: string, run: (lesson?: string, step?: string) => Promise<void>): vscode.Disposable {
    return vscode.commands.registerCommand(name, async (lesson?: unknown, step?: unknown) => {
      try {
        await run(text(lesson), text(step));
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    });
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What a click does

  /** Opens a walkthrough's page beside the lesson's code. */
  async #open(id?: string): Promise<void> {
    const lesson = id === undefined ? await chooseLesson() : lessonNamed(id);
    if (!lesson) return;
    await this.#showFile(lesson);
    const category = `${this.#context.extension.id}#${lesson.id}`;
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', category, true);
  }

  async #carryOut(lessonId: string | undefined, stepId: string | undefined): Promise<void> {
    const lesson = lessonNamed(lessonId);
    const progress = this.#progress.get(lesson.id)!;
    if (stepId === QUESTION) return this.#ask(lesson, progress);
    const step = lesson.steps.find(({ id }) => id === stepId);
    if (!step)
      throw new Error(vscode.l10n.t('The walkthrough {0} has no step "{1}".', lesson.id, stepId ?? ''));
    const file = await this.#showFile(lesson);
    // Opening the tour shows the file, too, but a step counts that is done while its page is there.
    this.#done(lesson, progress.opened());
    if (!step.to) return;
    if (progress.isAt(step.id)) return this.#show(step.show);
    this.#pending = step.show && { lesson, show: step.show };
    const session = this.#session(lesson);
    if (session && !progress.hasPassed(step.id) && !('entry' in step.to)) await this.#goOn(session, step.to);
    else await this.#start(file, step.to);
  }

  /** The question needs a run that stands at its beginning, and no stop but the learner's. */
  async #ask(lesson: Lesson, progress: Progress): Promise<void> {
    const file = await this.#showFile(lesson);
    this.#pending = undefined;
    await this.#start(file, { entry: true });
    progress.ask();
    tell(lesson.question.ask);
  }

  async #start(file: vscode.Uri, to: Destination): Promise<void> {
    this.#stopAt(to);
    const running = this.#sessions.current;
    if (running && !running.past) await vscode.debug.stopDebugging(running.debugSession);
    const started = await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), {
      type: DEBUG_TYPE,
      request: 'launch',
      name: vscode.l10n.t('Debug {0}', path.basename(file.fsPath)),
      program: file.fsPath,
      stopOnEntry: 'entry' in to,
      breakOn: breakOnOf(to),
    });
    if (!started) this.#pending = undefined;
  }

  async #goOn(session: MachineSession, to: Destination): Promise<void> {
    this.#stopAt(to);
    const breakOn = breakOnOf(to);
    await session.request('sockscope/breakOn', { breakOn });
    session.breakOn = breakOn;
    if (!session.running) await vscode.commands.executeCommand('workbench.action.debug.continue');
  }

  /** Sets the breakpoint by which a step stops in a function, and removes that of the step before. */
  #stopAt(to: Destination): void {
    if (this.#own) vscode.debug.removeBreakpoints([this.#own]);
    this.#own = 'function' in to ? new vscode.FunctionBreakpoint(to.function) : undefined;
    if (this.#own) vscode.debug.addBreakpoints([this.#own]);
  }

  /** Shows the lesson's file in the first column: the walkthrough's page stays where it is, beside it. */
  async #showFile(lesson: Lesson): Promise<vscode.Uri> {
    const file = await lessonFile(this.#context, lesson.sample);
    await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.One, preview: false });
    return file;
  }

  async #show(view: LessonView | undefined): Promise<void> {
    if (view === undefined) return;
    if (view === 'packets') await this.#views.packets.show();
    else if (view === 'sockets' || view === 'interfaces')
      await vscode.commands.executeCommand(`sockscope.${view}.focus`);
    else await this.#views.pictures.showPicture(view);
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What happened

  #stopped(debugSession: vscode.DebugSession, stop: Stop): void {
    const progress = this.#progressOf(debugSession);
    if (!progress) return;
    this.#done(progress.lesson, progress.stopped(stop));
    this.#showPending(progress.lesson);
    const verdict = progress.judge(stop);
    if (!verdict) return;
    if (verdict.right) this.#done(progress.lesson, [QUESTION]);
    tell(verdict.say);
  }

  #ended(progress: Progress): void {
    this.#done(progress.lesson, progress.ended());
    this.#showPending(progress.lesson);
  }

  #showPending(lesson: Lesson): void {
    if (this.#pending?.lesson !== lesson) return;
    const { show } = this.#pending;
    this.#pending = undefined;
    void this.#show(show);
  }

  /**
   * VS Code hears only of changes: the key is taken away first, so that a step counts that is done again after
   * the user has unticked it, and one that was done before the page was there.
   */
  #done(lesson: Lesson, steps: readonly string[]): void {
    for (const step of steps)
      for (const value of [undefined, true])
        void vscode.commands.executeCommand('setContext', contextKey(lesson, step), value);
  }

  /** No two lessons have the same sample. */
  #progressOf({ type, configuration }: vscode.DebugSession): Progress | undefined {
    if (type !== DEBUG_TYPE) return undefined;
    const samples = programFiles(configuration).map((file) => path.basename(file));
    return [...this.#progress.values()].find(({ lesson }) => samples.includes(lesson.sample));
  }

  /** The session of this lesson, if it is alive. */
  #session(lesson: Lesson): MachineSession | undefined {
    const { current } = this.#sessions;
    if (!current || current.past) return undefined;
    return this.#progressOf(current.debugSession)?.lesson === lesson ? current : undefined;
  }
}

/** A notification with a button is not cut to one line, and stays. */
function tell(message: Message): void {
  void vscode.window.showInformationMessage(say(message), vscode.l10n.t('Got It'));
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const breakOnOf = (to: Destination): BreakOn => ('breakOn' in to ? to.breakOn : {});

function lessonNamed(id: string | undefined): Lesson {
  const lesson = LESSONS.find((one) => one.id === id);
  if (!lesson)
    throw new Error(
      vscode.l10n.t(
        'There is no walkthrough "{0}"; there are {1}.',
        id ?? '',
        LESSONS.map((one) => one.id).join(', '),
      ),
    );
  return lesson;
}

async function chooseLesson(): Promise<Lesson | undefined> {
  const items = LESSONS.map((lesson, index) => ({
    label: `${index + 1}. ${say(lesson.title)}`,
    lesson,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Guided Tour') });
  return chosen?.lesson;
}
