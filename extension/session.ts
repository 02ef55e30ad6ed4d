// The debug sessions of this type: the one that the views show, whether its machine runs, and typed custom
// requests to it.
import { translate } from './language.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import type {
  BreakOn,
  ChangedEvent,
  NotStartedEvent,
  RunRecord,
  SockscopeRequests,
  Watch,
  WatchesResponse,
} from '../debug-adapter/protocol.ts';
import { PastRun } from './pastRun.ts';

export const DEBUG_TYPE = 'sockscope';

/** A machine being debugged, or the last one. */
export class MachineSession {
  readonly debugSession: vscode.DebugSession;
  /** False while it is stopped. */
  running = true;
  /** Packets captured so far, as last reported by the adapter. */
  packets = 0;
  /** The packet being processed at this stop. */
  currentPacket: number | undefined;
  /** Its position: virtual seconds, and at a stop the event number. */
  moment: { time: string; event: number | undefined } | undefined;
  /** What it stops on besides what is ticked in the Breakpoints view. */
  breakOn: BreakOn;
  /** Data breakpoints that VS Code does not know. */
  watches: readonly Watch[] = [];
  /** The record of the run after it has ended. */
  past: PastRun | undefined;

  constructor(debugSession: vscode.DebugSession) {
    this.debugSession = debugSession;
    const { noDebug, breakOn } = debugSession.configuration as { noDebug?: boolean; breakOn?: BreakOn };
    this.breakOn = noDebug === true ? {} : (breakOn ?? {});
  }

  get id(): string {
    return this.debugSession.id;
  }

  /** Sends a custom request. Rejects with the adapter's message. */
  async request<Name extends keyof SockscopeRequests>(
    name: Name,
    body: SockscopeRequests[Name]['arguments'],
  ): Promise<SockscopeRequests[Name]['response']> {
    if (this.past) return this.past.answer(name, body);
    let response: unknown;
    try {
      response = await this.debugSession.customRequest(name, body);
    } catch (error) {
      // The session ended during the request.
      if (this.past) return (this.past as PastRun).answer(name, body);
      throw error;
    }
    if (typeof response !== 'object' || response === null)
      throw new Error(vscode.l10n.t('the debug adapter answered {0} with nothing', name));
    return response as SockscopeRequests[Name]['response'];
  }
}

/** A change of the shown session. */
export type SessionChange =
  /** Another session is shown, or none. */
  | 'session'
  | 'stopped'
  /** It runs again. */
  | 'continued'
  /** The adapter reported its position: a few times a second while running, and at a stop. */
  | 'progress'
  /** Other fields are watched. */
  | 'watches'
  /** The user changed a value while it was stopped. */
  | 'edited'
  /** The machine is gone; the record of the run is shown. */
  | 'ended';

/** The part of a DAP message that is used here. */
interface DapMessage {
  type: string;
  body?: unknown;
  event?: string;
  command?: string;
  success?: boolean;
  arguments?: unknown;
}

const RESUMING = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'goto']);
const EDITING = new Set(['setVariable', 'setExpression', 'writeMemory', 'sockscope/updateChecksums']);

/** Follows the debug sessions of this type; `current` is the one that the views show. */
export class Sessions implements vscode.Disposable {
  readonly #alive = new Map<string, MachineSession>();
  readonly #changed = new vscode.EventEmitter<SessionChange>();
  readonly #filters = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [];
  /** The session that ended last, until another begins. */
  #last: MachineSession | undefined;
  /** The one that had ended before the last one began. */
  #previous: MachineSession | undefined;
  #current: MachineSession | undefined;
  /**
   * The condition of "TCP state transition" in the Breakpoints view; undefined: it is not ticked. VS Code tells
   * only adapters, and keeps it from session to session.
   */
  transitionFilter: string | undefined;

  /** Reports changes of the shown session; those of others are ignored. */
  readonly onDidChange = this.#changed.event;
  /** Something else was ticked in the Breakpoints view. */
  readonly onDidChangeFilters = this.#filters.event;

  constructor() {
    this.#subscriptions.push(
      this.#changed,
      this.#filters,
      vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: (session) => this.#track(session),
      }),
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === DEBUG_TYPE) this.#choose();
      }),
      vscode.debug.onDidChangeActiveDebugSession(() => this.#choose()),
      vscode.debug.onDidTerminateDebugSession((session) => this.#over(session)),
      vscode.debug.onDidReceiveDebugSessionCustomEvent((event) => {
        if (event.event === 'sockscope/changed') this.#progress(event.session, event.body as ChangedEvent);
        if (event.event === 'sockscope/watches') this.#watches(event.session, event.body as WatchesResponse);
        if (event.event === 'sockscope/notStarted') void showNotStarted(event.body as NotStartedEvent);
      }),
    );
  }

  get current(): MachineSession | undefined {
    return this.#current;
  }

  /** Those whose machines are not gone. */
  get alive(): readonly MachineSession[] {
    return [...this.#alive.values()];
  }

  /** The run before the shown one, if it has ended: its packets are still there. */
  get previous(): MachineSession | undefined {
    return this.#previous;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /**
   * Shows the focused session if it has this type, otherwise the most recent one that is alive, otherwise the
   * record of the last.
   */
  #choose(): void {
    const active = vscode.debug.activeDebugSession;
    const chosen = (active && this.#alive.get(active.id)) ?? [...this.#alive.values()].at(-1) ?? this.#last;
    if (chosen === this.#current) return;
    this.#current = chosen;
    this.#updateContext();
    this.#changed.fire('session');
  }

  /** VS Code's own key `debugType` outlives the session. */
  #updateContext(): void {
    const isAlive = this.#current !== undefined && !this.#current.past;
    void vscode.commands.executeCommand('setContext', 'sockscope.debugging', isAlive);
    void vscode.commands.executeCommand('setContext', 'sockscope.ended', this.#current?.past !== undefined);
  }

  /** The adapter's last record is shown until another session begins. */
  #ended(session: MachineSession, record: RunRecord): void {
    session.past = new PastRun(record, translate);
    session.packets = session.past.packets;
    session.currentPacket = undefined;
    session.running = false;
    this.#last = session;
    if (session === this.#current) this.#updateContext();
    this.#tell(session, 'ended');
  }

  #over(debugSession: vscode.DebugSession): void {
    if (this.#alive.delete(debugSession.id)) this.#choose();
  }

  #tell(session: MachineSession, change: SessionChange): void {
    if (session === this.#current) this.#changed.fire(change);
  }

  #track(debugSession: vscode.DebugSession): vscode.DebugAdapterTracker {
    const session = new MachineSession(debugSession);
    this.#alive.set(debugSession.id, session);
    if (this.#last?.past) this.#previous = this.#last;
    this.#last = undefined;
    const setRunning = (running: boolean) => {
      if (session.running === running && running) return;
      session.running = running;
      this.#tell(session, running ? 'continued' : 'stopped');
    };
    return {
      // React to the request and not to its response: a quick step may have stopped again before the response
      // is seen.
      onWillReceiveMessage: (message: DapMessage) => {
        if (message.type !== 'request') return;
        if (RESUMING.has(message.command ?? '')) setRunning(true);
        if (message.command === 'setExceptionBreakpoints') this.#setFilters(message.arguments);
      },
      onDidSendMessage: (message: DapMessage) => {
        if (message.type === 'event' && message.event === 'stopped') setRunning(false);
        if (message.type === 'event' && message.event === 'continued') setRunning(true);
        if (message.type === 'event' && message.event === 'sockscope/record')
          this.#ended(session, message.body as RunRecord);
        if (message.type !== 'response') return;
        if (!message.success && RESUMING.has(message.command ?? '')) setRunning(false);
        if (message.success && EDITING.has(message.command ?? '')) this.#tell(session, 'edited');
      },
      onExit: () => this.#over(debugSession),
    };
  }

  #setFilters(sent: unknown): void {
    const { filters, filterOptions = [] } = sent as DebugProtocol.SetExceptionBreakpointsArguments;
    const option = filterOptions.find(({ filterId }) => filterId === 'transition');
    this.transitionFilter = filters.includes('transition') ? '' : option && (option.condition ?? '');
    this.#filters.fire();
  }

  #watches(debugSession: vscode.DebugSession, { watches }: WatchesResponse): void {
    const session = this.#alive.get(debugSession.id);
    if (!session) return;
    session.watches = watches;
    this.#tell(session, 'watches');
  }

  #progress(debugSession: vscode.DebugSession, body: ChangedEvent): void {
    const session = this.#alive.get(debugSession.id);
    if (!session) return;
    session.packets = body.packets;
    session.currentPacket = body.current;
    session.moment = { time: body.time, event: body.event };
    this.#tell(session, 'progress');
  }
}

/** The Debug Console has the message, too, with its place as a link, but another panel may be in front of it. */
async function showNotStarted({ message }: NotStartedEvent): Promise<void> {
  // A notification with a button is not cut to one line.
  const show = vscode.l10n.t('Show Debug Console');
  if ((await vscode.window.showErrorMessage(message, show)) === show)
    await vscode.commands.executeCommand('workbench.panel.repl.view.focus');
}
