/** The messages between the extension and the Pictures view, parsed on both sides. */
import type { CodeLocation, DrawnData, DrawnId, Wanted, WantedOf } from '../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string, union, type Shape } from '../shape.ts';
import { graphsArguments, graphsData } from './graphs/shape.ts';
import { queuesData } from './queues/shape.ts';
import { sequenceArguments, sequenceData } from './sequence/shape.ts';
import { ringsData } from './rings/shape.ts';
import { statesData } from './states/shape.ts';
import { codeLocation, wayArguments, wayData } from './way/shape.ts';

export const PICTURE_IDS = [
  'queues',
  'states',
  'sequence',
  'graphs',
  'rings',
  'way',
] as const satisfies readonly DrawnId[];

/** The commands that an empty picture offers. */
const COMMANDS = ['startDebugging', 'newScenario', 'openSample'] as const;
export type PictureCommand = (typeof COMMANDS)[number];

/** A state transition that the machine stops at. A state is omitted where any will do. */
export interface ArmedArrow {
  from?: string;
  to?: string;
  /** Only some of these transitions: more must be true of them. */
  isNarrowed: boolean;
  /** Where it was set. */
  source: 'breakOn' | 'breakpointsView';
  /** All of the condition that it is a part of; empty: each transition. */
  condition: string;
}

/** What the extension sends to the Pictures view. */
export type ToPictures =
  /**
   * A new stop, another session, its end, or progress while it runs: at most 5 times a second then. The view
   * asks for the data of the picture that it shows.
   */
  | {
      type: 'changed';
      /** Identifies the debug session; omitted when there is none. */
      session?: string;
      running: boolean;
      /** Virtual time: `t = 0.000130000 s`. */
      moment?: string;
      /** The machine is gone: of when the pictures are. */
      ended?: string;
    }
  /** Show this picture, and in it what belongs to this socket (its key in the Sockets tree), or this packet. */
  | { type: 'show'; picture: DrawnId; socket?: string; packet?: number }
  /** At which transitions the machine stops: sent after `ready`, and whenever that changes. */
  | { type: 'transitions'; armed: ArmedArrow[] }
  /** The answer to `getPicture`. */
  | { type: 'picture'; id: number; data: DrawnData }
  | { type: 'failed'; id: number; message: string };

/** What the Pictures view sends to the extension. */
export type FromPictures =
  | { type: 'ready' }
  | { type: 'getPicture'; id: number; wanted: Wanted }
  /** Select this socket in the Sockets tree, by its key there. */
  | { type: 'revealSocket'; socket: string }
  /** Show the packets of this filter in the Packets panel. */
  | { type: 'showPackets'; filter: string }
  | { type: 'revealPacket'; number: number }
  /** Open the code that sent or received the packet. */
  | { type: 'goToCode'; number: number; which: 'sent' | 'received' }
  /** Show the call stack of an event; `title`: what happened. */
  | { type: 'goToEventCode'; event: number; title: string }
  /** Go to this moment of the run. */
  | { type: 'goToEvent'; event: number }
  /** Show the kernel functions that ran between two events; `title`: what happened. */
  | { type: 'showFunctionGraph'; from: number; to?: number; title: string }
  /** The same for a packet's way. */
  | { type: 'showPacketGraph'; packet: number }
  | { type: 'openCode'; location: CodeLocation }
  /** Put this text on the clipboard; `what` names it for the status bar. */
  | { type: 'copy'; text: string; what: string }
  /** Stop at a transition from now on, or do so no more. */
  | { type: 'toggleTransition'; from: string; to: string }
  /** Save this text to a file; the extension asks for the file. */
  | { type: 'save'; format: 'svg' | 'csv'; name: string; text: string }
  | { type: 'run'; command: PictureCommand }
  | { type: 'problem'; message: string };

export type ToPicturesOf<T extends ToPictures['type']> = Extract<ToPictures, { type: T }>;
export type FromPicturesOf<T extends FromPictures['type']> = Extract<FromPictures, { type: T }>;

const pictureId = oneOf(...PICTURE_IDS);
const SHAPES: { [Id in DrawnId]: Shape<Extract<DrawnData, { picture: Id }>> } = {
  queues: queuesData,
  states: statesData,
  sequence: sequenceData,
  graphs: graphsData,
  rings: ringsData,
  way: wayData,
};
const pictureData: Shape<DrawnData> = (value, path) => {
  const { picture } = object<{ picture: DrawnId }>({ picture: pictureId })(value, path);
  return SHAPES[picture](value, path);
};

const WANTED: { [Id in DrawnId]: Shape<WantedOf<Id>> } = {
  queues: object<WantedOf<'queues'>>({ picture: oneOf('queues') }),
  states: object<WantedOf<'states'>>({ picture: oneOf('states') }),
  sequence: sequenceArguments,
  graphs: graphsArguments,
  rings: object<WantedOf<'rings'>>({ picture: oneOf('rings') }),
  way: wayArguments,
};
const wanted: Shape<Wanted> = (value, path) => {
  const { picture } = object<{ picture: DrawnId }>({ picture: pictureId })(value, path);
  return WANTED[picture](value, path);
};

/** @throws ShapeError naming what is wrong with a message that the view received */
export const parseToPictures = union<ToPictures>('a message to the Pictures view', {
  changed: object<ToPicturesOf<'changed'>>({
    type: oneOf('changed'),
    session: optional(string),
    running: boolean,
    moment: optional(string),
    ended: optional(string),
  }),
  show: object<ToPicturesOf<'show'>>({
    type: oneOf('show'),
    picture: pictureId,
    socket: optional(string),
    packet: optional(count),
  }),
  transitions: object<ToPicturesOf<'transitions'>>({
    type: oneOf('transitions'),
    armed: array(
      object<ArmedArrow>({
        from: optional(string),
        to: optional(string),
        isNarrowed: boolean,
        source: oneOf('breakOn', 'breakpointsView'),
        condition: string,
      }),
    ),
  }),
  picture: object<ToPicturesOf<'picture'>>({ type: oneOf('picture'), id: count, data: pictureData }),
  failed: object<ToPicturesOf<'failed'>>({ type: oneOf('failed'), id: count, message: string }),
});

/** @throws ShapeError naming what is wrong with a message that the extension received */
export const parseFromPictures = union<FromPictures>('a message from the Pictures view', {
  ready: object<FromPicturesOf<'ready'>>({ type: oneOf('ready') }),
  getPicture: object<FromPicturesOf<'getPicture'>>({
    type: oneOf('getPicture'),
    id: count,
    wanted,
  }),
  revealPacket: object<FromPicturesOf<'revealPacket'>>({ type: oneOf('revealPacket'), number: count }),
  goToCode: object<FromPicturesOf<'goToCode'>>({
    type: oneOf('goToCode'),
    number: count,
    which: oneOf('sent', 'received'),
  }),
  goToEventCode: object<FromPicturesOf<'goToEventCode'>>({
    type: oneOf('goToEventCode'),
    event: count,
    title: string,
  }),
  goToEvent: object<FromPicturesOf<'goToEvent'>>({ type: oneOf('goToEvent'), event: count }),
  showFunctionGraph: object<FromPicturesOf<'showFunctionGraph'>>({
    type: oneOf('showFunctionGraph'),
    from: count,
    to: optional(count),
    title: string,
  }),
  showPacketGraph: object<FromPicturesOf<'showPacketGraph'>>({
    type: oneOf('showPacketGraph'),
    packet: count,
  }),
  openCode: object<FromPicturesOf<'openCode'>>({ type: oneOf('openCode'), location: codeLocation }),
  copy: object<FromPicturesOf<'copy'>>({ type: oneOf('copy'), text: string, what: string }),
  revealSocket: object<FromPicturesOf<'revealSocket'>>({ type: oneOf('revealSocket'), socket: string }),
  showPackets: object<FromPicturesOf<'showPackets'>>({ type: oneOf('showPackets'), filter: string }),
  toggleTransition: object<FromPicturesOf<'toggleTransition'>>({
    type: oneOf('toggleTransition'),
    from: string,
    to: string,
  }),
  save: object<FromPicturesOf<'save'>>({
    type: oneOf('save'),
    format: oneOf('svg', 'csv'),
    name: string,
    text: string,
  }),
  run: object<FromPicturesOf<'run'>>({ type: oneOf('run'), command: oneOf(...COMMANDS) }),
  problem: object<FromPicturesOf<'problem'>>({ type: oneOf('problem'), message: string }),
});
