/**
 * The states of TCP, where each stands in the drawing, and the transitions between them: those of RFC 9293 as
 * Linux makes them. Linux reports a change of a sock's state; requests (NEW_SYN_RECV) and time-wait socks are
 * objects of their own, so some arrows are reported as another change, and some are not reported.
 */
import type { StateChange } from '../../../debug-adapter/protocol.ts';
import { t } from '../../language.ts';

export interface StatePlace {
  name: string;
  /** From left to right, and from top to bottom. */
  column: number;
  row: number;
  tooltip: string;
}

export interface Transition {
  from: string;
  to: string;
  /** What brings it about. */
  cause: string;
  /** The change that Linux reports: a breakpoint waits for it. Omitted: none is reported. */
  reported?: readonly [from: string, to: string];
  /** Along which edge of the drawing it is led. */
  edge?: 'first' | 'last';
  /** By which corners it is led, from within its first box to within its last one. */
  route?: readonly Corner[];
  /** A connection is given up. */
  isReset?: boolean;
}
/** A place between boxes; `x` and `y`: moved aside by so many lanes. */
export interface Corner {
  column: number;
  row: number;
  x?: number;
  y?: number;
}

export const STATES: readonly StatePlace[] = [
  { name: 'CLOSE', column: 0, row: 1, tooltip: t('No connection yet, or no more.') },
  { name: 'SYN_SENT', column: 1, row: 0, tooltip: t('connect() has sent a SYN and waits for the SYN-ACK.') },
  { name: 'LISTEN', column: 1, row: 2, tooltip: t('listen(): it takes SYNs.') },
  {
    name: 'NEW_SYN_RECV',
    column: 2,
    row: 2,
    tooltip: t(
      'A request in the SYN queue: a SYN has come, the SYN-ACK is sent. A small object, not yet a socket.',
    ),
  },
  {
    name: 'SYN_RECV',
    column: 3,
    row: 2,
    tooltip: t('The socket of a request, made when its ACK comes; or both ends have sent a SYN.'),
  },
  { name: 'ESTABLISHED', column: 4, row: 1, tooltip: t('Connected: data goes both ways.') },
  { name: 'FIN_WAIT1', column: 5, row: 0, tooltip: t('This end has sent its FIN.') },
  { name: 'CLOSE_WAIT', column: 5, row: 2, tooltip: t('The other end has sent its FIN; this one has not.') },
  {
    name: 'FIN_WAIT2',
    column: 6,
    row: 0,
    tooltip: t('Its FIN is acknowledged; the other end may still send.'),
  },
  { name: 'CLOSING', column: 6, row: 1, tooltip: t('Both have sent a FIN, and neither is acknowledged.') },
  {
    name: 'LAST_ACK',
    column: 6,
    row: 2,
    tooltip: t('The other end was first; the ACK of its FIN is missing.'),
  },
  {
    name: 'TIME_WAIT',
    column: 7,
    row: 1,
    tooltip: t('All is acknowledged: a small object stays for 60 s, so that late segments find it.'),
  },
];

type More = Pick<Transition, 'edge' | 'route'>;
const reported = (from: string, to: string, cause: string, more: More = {}): Transition => ({
  from,
  to,
  cause,
  reported: [from, to],
  ...more,
});
/** Into CLOSE, beside the arrow from ESTABLISHED: `lane` lanes below it. */
const reset = (from: string, cause: string, lane: number, corners: readonly Corner[]): Transition => {
  const { column, row } = corners.at(-1)!;
  const along = { row: 1, y: lane };
  const route = row === 1 ? corners : [...corners, { ...corners.at(-1)!, column, ...along }];
  return { ...reported(from, 'CLOSE', cause, { route: [...route, { column: 0, ...along }] }), isReset: true };
};
const RESET = t('a RST comes, or the program aborts the connection');
const RESET_OR_TIME_WAIT = t(
  'a RST comes. Linux reports the same change where TIME_WAIT begins, so a breakpoint stops at both',
);

export const TRANSITIONS: readonly Transition[] = [
  reported('CLOSE', 'SYN_SENT', t('connect() sends a SYN')),
  reported('SYN_SENT', 'CLOSE', t('a RST comes, or no SYN-ACK in time')),
  reported('CLOSE', 'LISTEN', 'listen()'),
  reported('LISTEN', 'CLOSE', 'close()'),
  reported('SYN_SENT', 'ESTABLISHED', t('the SYN-ACK comes, and is acknowledged')),
  reported('SYN_SENT', 'SYN_RECV', t('a SYN comes instead: both ends connect at once')),
  {
    from: 'LISTEN',
    to: 'NEW_SYN_RECV',
    cause: t(
      'a SYN comes: a request is made. No socket changes its state, so nothing can stop there; "Queue overflow" and a breakpoint on tcp_conn_request can',
    ),
  },
  {
    from: 'NEW_SYN_RECV',
    to: 'LISTEN',
    cause: t(
      'a RST comes, or no ACK in time: the request is dropped. No socket changes its state, so nothing can stop there',
    ),
  },
  {
    from: 'NEW_SYN_RECV',
    to: 'SYN_RECV',
    cause: t("the ACK comes: a copy of the listener becomes the connection's socket"),
    reported: ['LISTEN', 'SYN_RECV'],
  },
  reported('SYN_RECV', 'ESTABLISHED', t('the ACK of the handshake is processed')),
  reported('SYN_RECV', 'FIN_WAIT1', t('close() before the handshake has ended sends a FIN'), {
    route: [
      { column: 3, row: 2, x: 1 },
      { column: 3, row: 0, x: 1, y: -1 },
      { column: 5, row: 0, y: -1 },
    ],
  }),
  reported('ESTABLISHED', 'FIN_WAIT1', t('close() or shutdown() sends a FIN')),
  reported('ESTABLISHED', 'CLOSE_WAIT', t('a FIN comes')),
  reported('FIN_WAIT1', 'FIN_WAIT2', t('the FIN is acknowledged')),
  reported('FIN_WAIT1', 'CLOSING', t('a FIN comes first')),
  reported('CLOSE_WAIT', 'LAST_ACK', t('close() or shutdown() sends a FIN')),
  reported('LAST_ACK', 'CLOSE', t('the FIN is acknowledged, or a RST comes'), { edge: 'last' }),
  {
    from: 'FIN_WAIT2',
    to: 'TIME_WAIT',
    cause: t(
      'the socket closes, and a time-wait sock takes its place: when the FIN comes, or at once if the program has closed the socket',
    ),
    reported: ['FIN_WAIT2', 'CLOSE'],
  },
  {
    from: 'CLOSING',
    to: 'TIME_WAIT',
    cause: t('the FIN is acknowledged: the socket closes, and a time-wait sock takes its place'),
    reported: ['CLOSING', 'CLOSE'],
  },
  {
    from: 'TIME_WAIT',
    to: 'CLOSE',
    cause: t('60 s are over. No socket changes its state, so nothing can stop there'),
    edge: 'first',
  },
  reset('ESTABLISHED', t('a RST comes, the program aborts, or nothing is heard for too long'), 0, [
    { column: 4, row: 1 },
  ]),
  reset('SYN_RECV', RESET, 2, [{ column: 3, row: 2, x: -1 }]),
  reset('FIN_WAIT1', RESET, -1, [
    { column: 5, row: 0, y: 1 },
    { column: 3.5, row: 0, y: 1 },
  ]),
  reset('CLOSE_WAIT', RESET, 1, [
    { column: 5, row: 2 },
    { column: 3.5, row: 2 },
  ]),
  reset('FIN_WAIT2', RESET_OR_TIME_WAIT, -2, [
    { column: 6, row: 0, x: -2 },
    { column: 6, row: 0.5, x: -2, y: 1 },
    { column: 3.5, row: 0.5, x: -1, y: 1 },
  ]),
  reset('CLOSING', RESET_OR_TIME_WAIT, 3, [
    { column: 6, row: 1 },
    { column: 5, row: 1 },
    { column: 5, row: 1.5, y: -1 },
    { column: 3.5, row: 1.5, x: -1, y: -1 },
  ]),
];

/** Where it says what the arrows into CLOSE are. */
export const RESET_LABEL: Corner = { column: 2, row: 1, y: -3 };

/** The arrow along which a socket has gone. */
export function transitionOf({ from, to, isTimeWait = false }: StateChange): Transition | undefined {
  return TRANSITIONS.find(
    (one) => one.reported?.[0] === from && one.reported[1] === to && (one.to === 'TIME_WAIT') === isTimeWait,
  );
}

export function placeOf(state: string): StatePlace | undefined {
  return STATES.find(({ name }) => name === state);
}
