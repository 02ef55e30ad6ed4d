/** What a picture of the Pictures view is. */
import type { CodeLocation, DrawnId, DrawnOf, Moment, WantedOf } from '../../debug-adapter/protocol.ts';
import type { Table } from './table.ts';

export type { Table } from './table.ts';

/** Why there is nothing to draw, and what would change that. */
export interface Emptiness {
  title: string;
  text: string;
}

/** What a picture can ask for. */
export interface PictureHost {
  /** Select a socket in the Sockets tree, by its key there. */
  revealSocket(socket: string): void;
  /** Show packets in the Packets panel. */
  showPackets(filter: string): void;
  /** Stop at a TCP state transition from now on, or do so no more. */
  toggleTransition(from: string, to: string): void;
  /** The user has chosen something in the picture: its table is another one. */
  changed(): void;
  /** The user wants other data of this picture to be shown. */
  ask(): void;
  /** Select a packet in the Packets panel. */
  revealPacket(number: number): void;
  /** Open the code that sent or received a packet. */
  goToCode(number: number, which: 'sent' | 'received'): void;
  openCode(location: CodeLocation): void;
  /** Show the call stack of an event. `title`: what happened. */
  goToEventCode(event: number, title: string): void;
  /** Whether the machine is stopped, and can go to another moment of the run. */
  canGoToEvents(): boolean;
  goToEvent(event: number): void;
  /** Show the kernel functions that ran between two events. `title`: what happened. */
  showFunctionGraph(from: number, to: number | undefined, title: string): void;
  /** Show the kernel functions on a packet's way. */
  showPacketGraph(packet: number): void;
  /** Show the stations of a packet. */
  showWay(number: number): void;
  /** The user looks at this moment: the other pictures show it, too. */
  pointAt(moment: Moment | undefined): void;
  /** Put a text on the clipboard; `what` names it for the status bar. */
  copy(text: string, what: string): void;
}

/** One picture: draws the data of its kind into its element, and says the same as a table. */
export interface Picture<Id extends DrawnId = DrawnId> {
  readonly id: Id;
  /** The text of its tab. */
  readonly title: string;
  /** What it shows, in one sentence. */
  readonly tooltip: string;
  readonly element: HTMLElement;
  /** What of its data is wanted. */
  asks(): WantedOf<Id>;
  /** Draws the data. */
  show(data: DrawnOf<Id>): void;
  /** Draws the same data for another size of its element. */
  resize(): void;
  /** Forgets what it has shown: another session begins. */
  clear(): void;
  /** Shows what belongs to a socket, by its key in the Sockets tree, from now on. */
  focusOn?(socket: string): void;
  /** The moment that the user looks at, in whichever picture; undefined: none. */
  pointAt?(moment: Moment | undefined): void;
  /** Why there is nothing to see; undefined: there is something. */
  emptiness(): Emptiness | undefined;
  table(): Table;
  /** The drawing, to be saved. */
  svg(): SVGSVGElement;
}
