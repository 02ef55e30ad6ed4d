// The host of the Pictures view: connects the webview with the adapter, the trees and the Packets panel.
import * as vscode from 'vscode';
import {
  parseFromPictures,
  type FromPictures,
  type FromPicturesOf,
  type ToPictures,
} from '../../webviews/pictures/messages.ts';
import type { DrawnData, DrawnId, Wanted } from '../../debug-adapter/protocol.ts';
import { showPacketCode } from '../packets/packetCode.ts';
import type { PacketsPanel } from '../packets/packetsPanel.ts';
import type { BreakOnChooser } from '../breakOn.ts';
import { goToEvent } from '../goToEvent.ts';
import { openLocation } from '../openLocation.ts';
import { saveFile } from '../saveFile.ts';
import type { MachineSession, Sessions } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { shortTime } from '../shortTime.ts';
import { Throttle } from '../throttle.ts';
import type { DebugTree } from '../trees/debugTree.ts';
import { WebviewHost } from '../webviewHost.ts';
import type { OwnMessage } from '../webviewPage.ts';
import { showEventCode } from './eventCode.ts';
import { TransitionBreakpoints } from './transitionBreakpoints.ts';

const KIND = {
  viewId: 'sockscope.pictures',
  title: vscode.l10n.t('Pictures'),
  bundle: 'pictures',
  parse: parseFromPictures,
};
/** Milliseconds between two updates while the machine runs. */
const UPDATE_INTERVAL = 200;
const COMMANDS = {
  startDebugging: 'sockscope.debugScenario',
  newScenario: 'sockscope.newScenario',
  openSample: 'sockscope.openSample',
} as const;

/** The parts of the extension that the pictures lead to. */
export interface Surroundings {
  sessions: Sessions;
  /** The tree in which sockets are shown. */
  sockets: DebugTree;
  packets: PacketsPanel;
  breakOn: BreakOnChooser;
  sources: StackSources;
}

export class PicturesView implements vscode.Disposable {
  readonly #sessions: Sessions;
  readonly #sockets: DebugTree;
  readonly #packets: PacketsPanel;
  readonly #sources: StackSources;
  readonly #transitions: TransitionBreakpoints;
  readonly #host: WebviewHost<ToPictures, FromPictures>;
  readonly #throttle = new Throttle(UPDATE_INTERVAL, () => this.#tellChanged());
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    { sessions, sockets, packets, breakOn, sources }: Surroundings,
    log: vscode.LogOutputChannel,
  ) {
    this.#sessions = sessions;
    this.#sockets = sockets;
    this.#packets = packets;
    this.#sources = sources;
    this.#transitions = new TransitionBreakpoints(sessions, breakOn);
    this.#host = new WebviewHost(KIND, extensionUri, log);
    this.#host.onShown = () => {
      this.#tellTransitions();
      this.#throttle.now();
    };
    this.#host.onMessage = (message) => void this.#answer(message);
    this.#subscriptions = [
      this.#host,
      sessions.onDidChange((change) => {
        if (change === 'session' || change === 'ended') this.#tellTransitions();
        if (change === 'progress' && sessions.current?.running) this.#throttle.request();
        else this.#throttle.now();
      }),
      sessions.onDidChangeFilters(() => this.#tellTransitions()),
      breakOn.onDidChange(() => this.#tellTransitions()),
    ];
  }

  dispose(): void {
    this.#throttle.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Opens the view with this picture. */
  showPicture(picture: DrawnId): Promise<void> {
    return this.#host.showWith({ type: 'show', picture });
  }

  /** Opens the view with the queues of this listener, by its key in the Sockets tree. */
  showQueues(socket: string): Promise<void> {
    return this.#host.showWith({ type: 'show', picture: 'queues', socket });
  }

  /** Opens the view with the stations of this packet. */
  showWay(packet: number): Promise<void> {
    return this.#host.showWith({ type: 'show', picture: 'way', packet });
  }

  #tellChanged(): void {
    if (!this.#host.isShown) return;
    const session = this.#sessions.current;
    this.#host.post({
      type: 'changed',
      running: session?.running ?? false,
      ...(session && { session: session.id }),
      ...(session?.moment && { moment: `t = ${shortTime(session.moment.time)} s` }),
      ...(session?.past && { ended: session.past.picturesAsOf }),
    });
  }

  #tellTransitions(): void {
    if (this.#host.isShown) this.#host.post({ type: 'transitions', armed: this.#transitions.armed });
  }

  async #answer(message: OwnMessage<FromPictures>): Promise<void> {
    try {
      await this.#obey(message);
    } catch (error) {
      const text = (error as Error).message;
      if (message.type === 'getPicture') this.#host.post({ type: 'failed', id: message.id, message: text });
      else void vscode.window.showErrorMessage(text);
    }
  }

  async #obey(message: OwnMessage<FromPictures>): Promise<void> {
    switch (message.type) {
      case 'getPicture':
        return this.#getPicture(message);
      case 'revealSocket':
        return this.#sockets.revealKey(message.socket);
      case 'showPackets':
        return this.#packets.showFiltered(message.filter);
      case 'revealPacket':
        return this.#packets.revealPacket(message.number);
      case 'goToCode':
        return showPacketCode(this.#session, this.#sources, message.number, message.which);
      case 'goToEventCode':
        return showEventCode(this.#session, this.#sources, message.event, message.title);
      case 'goToEvent':
        return goToEvent(this.#session, message.event);
      case 'showFunctionGraph': {
        const { from, to, title } = message;
        return vscode.commands.executeCommand('sockscope.showFunctionGraph', { from, to, title });
      }
      case 'showPacketGraph':
        return vscode.commands.executeCommand('sockscope.showFunctionGraph', { packet: message.packet });
      case 'openCode':
        return openLocation(message.location);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', message.what), 2000);
        return;
      case 'toggleTransition':
        return this.#transitions.toggle(message.from, message.to);
      case 'save':
        return saveFile(message);
      case 'run':
        await vscode.commands.executeCommand(COMMANDS[message.command]);
    }
  }

  get #session(): MachineSession {
    const { current } = this.#sessions;
    if (!current) throw new Error(vscode.l10n.t('There is nothing to draw: no program was debugged yet.'));
    return current;
  }

  async #getPicture({ id, wanted }: FromPicturesOf<'getPicture'>): Promise<void> {
    this.#host.post({ type: 'picture', id, data: await this.#data(wanted) });
  }
  async #data(all: Wanted): Promise<DrawnData> {
    const session = this.#session;
    switch (all.picture) {
      case 'sequence': {
        const { picture, ...wanted } = all;
        return { picture, ...(await session.request('sockscope/sequence', wanted)) };
      }
      case 'graphs': {
        const { picture, ...wanted } = all;
        return { picture, ...(await session.request('sockscope/graphs', wanted)) };
      }
      case 'way': {
        const { picture, ...wanted } = all;
        return { picture, ...(await session.request('sockscope/packetWay', wanted)) };
      }
      default:
        return (await session.request('sockscope/picture', { picture: all.picture })).data;
    }
  }
}
