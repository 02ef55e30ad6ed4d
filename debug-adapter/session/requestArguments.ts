/**
 * The required and optional arguments of each request: a client that omits one, or sends a wrong type, gets a
 * message about it.
 */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';

const KINDS = {
  string: message('a string'),
  integer: message('a whole number'),
  count: message('a whole number from 0 on'),
  boolean: message('true or false'),
  object: message('an object'),
  list: message('a list'),
} as const;
type Kind = keyof typeof KINDS;
/** A type, the members of an object (optional ones end with `?`), or the type of a list's elements. */
type Shape = Kind | { readonly [name: string]: Shape } | readonly [Shape];

const THREAD = { threadId: 'integer' } as const;
const FRAME = { frameId: 'integer' } as const;
const PACKET_LIST = {
  'filter?': 'string',
  'sort?': { by: 'string', descending: 'boolean' },
  'upTo?': 'count',
} as const;
const CONDITIONS = { 'condition?': 'string', 'hitCondition?': 'string' } as const;

const ANY_THREAD = { 'threadId?': 'integer' } as const;

const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  initialize: {
    'adapterID?': 'string',
    'clientID?': 'string',
    'linesStartAt1?': 'boolean',
    'columnsStartAt1?': 'boolean',
    'pathFormat?': 'string',
  },
  setBreakpoints: {
    source: { 'path?': 'string' },
    'breakpoints?': [{ line: 'integer', 'column?': 'integer', 'logMessage?': 'string', ...CONDITIONS }],
  },
  setFunctionBreakpoints: { breakpoints: [{ name: 'string', ...CONDITIONS }] },
  dataBreakpointInfo: { 'variablesReference?': 'integer', name: 'string', 'frameId?': 'integer' },
  setDataBreakpoints: { breakpoints: [{ dataId: 'string', 'accessType?': 'string', ...CONDITIONS }] },
  setExceptionBreakpoints: {
    filters: ['string'],
    'filterOptions?': [{ filterId: 'string', 'condition?': 'string' }],
  },
  breakpointLocations: { line: 'integer' },
  restart: { 'arguments?': 'object' },
  terminate: { 'restart?': 'boolean' },
  disconnect: { 'restart?': 'boolean', 'terminateDebuggee?': 'boolean' },
  continue: ANY_THREAD,
  pause: ANY_THREAD,
  exceptionInfo: ANY_THREAD,
  next: THREAD,
  stepIn: { ...THREAD, 'targetId?': 'integer' },
  stepOut: THREAD,
  stepBack: THREAD,
  reverseContinue: THREAD,
  restartFrame: FRAME,
  stackTrace: { ...THREAD, 'startFrame?': 'count', 'levels?': 'count' },
  scopes: FRAME,
  stepInTargets: FRAME,
  variables: {
    variablesReference: 'integer',
    'start?': 'count',
    'count?': 'count',
    'filter?': 'string',
  },
  readMemory: { memoryReference: 'string', 'offset?': 'integer', count: 'count' },
  writeMemory: {
    memoryReference: 'string',
    'offset?': 'integer',
    'allowPartial?': 'boolean',
    data: 'string',
  },
  setVariable: { variablesReference: 'integer', name: 'string', value: 'string' },
  setExpression: { expression: 'string', value: 'string', 'frameId?': 'integer' },
  cancel: { 'requestId?': 'integer', 'progressId?': 'string' },
  evaluate: { expression: 'string', 'frameId?': 'integer', 'context?': 'string' },
  completions: { text: 'string', column: 'integer', 'frameId?': 'integer' },
  'sockscope/tree': { view: 'string', 'parent?': 'string' },
  'sockscope/setTreeValue': { id: 'string', value: 'string' },
  'sockscope/updateChecksums': { memoryReference: 'string' },
  // The delay is a number or a text.
  'sockscope/changeFrame': {
    'packet?': 'count',
    'link?': 'string',
    'descriptor?': 'count',
    how: 'string',
    'at?': 'count',
    'hex?': 'string',
  },
  'sockscope/injectFrame': { 'link?': 'string', hex: 'string', 'isRaw?': 'boolean' },
  'sockscope/frameMemory': { packet: 'count' },
  'sockscope/breakOnSocket': { id: 'string', enabled: 'boolean' },
  'sockscope/watchField': {
    id: 'string',
    'access?': 'string',
    'condition?': 'string',
    'hitCondition?': 'string',
  },
  'sockscope/checkWatch': { 'condition?': 'string', 'hitCondition?': 'string' },
  'sockscope/unwatch': { number: 'count' },
  'sockscope/runTo': { to: 'string', ...THREAD },
  'sockscope/runToArrival': { number: 'count' },
  'sockscope/why': {
    'variablesReference?': 'integer',
    'name?': 'string',
    'node?': 'string',
    'expression?': 'string',
    'frameId?': 'integer',
  },
  'sockscope/advanceTime': { 'index?': 'count' },
  'sockscope/goToEvent': { event: 'integer' },
  'sockscope/goToSending': { number: 'count' },
  'sockscope/output': { 'count?': 'count' },
  'sockscope/goToOutput': { event: 'count', index: 'count' },
  'sockscope/saveRecording': { path: 'string', 'packet?': 'count' },
  'sockscope/addBookmark': { name: 'string', 'event?': 'count', 'packet?': 'count' },
  'sockscope/renameBookmark': { name: 'string', newName: 'string' },
  'sockscope/removeBookmark': { name: 'string' },
  'sockscope/goToBookmark': { name: 'string' },
  'sockscope/breakOn': { breakOn: 'object' },
  'sockscope/picture': { picture: 'string' },
  'sockscope/packets': {
    from: 'count',
    count: 'count',
    'fields?': ['string'],
    'time?': 'string',
    'locate?': 'integer',
    ...PACKET_LIST,
  },
  'sockscope/annotatePacket': {
    number: 'integer',
    'marked?': 'boolean',
    'comment?': 'string',
    'isReference?': 'boolean',
  },
  'sockscope/findPacket': {
    what: 'string',
    text: 'string',
    from: 'count',
    'backwards?': 'boolean',
    ...PACKET_LIST,
  },
  'sockscope/packet': { number: 'integer' },
  'sockscope/filterCompletions': { filter: 'string', cursor: 'count' },
  'sockscope/filterFor': {
    number: 'integer',
    what: 'string',
    'field?': 'string',
    'occurrence?': 'count',
    'how?': 'string',
    'filter?': 'string',
  },
  'sockscope/packetCode': { number: 'integer', which: 'string' },
  'sockscope/causeChain': { number: 'integer' },
  'sockscope/followStream': {
    'protocol?': 'string',
    'stream?': 'count',
    'ofPacket?': 'integer',
    'direction?': 'string',
    'piece?': 'count',
  },
  'sockscope/saveStream': { protocol: 'string', stream: 'count', 'direction?': 'string', path: 'string' },
  'sockscope/exportPackets': { path: 'string' },
  'sockscope/sequence': { 'connection?': 'string', 'from?': 'count', 'to?': 'count', 'count?': 'count' },
  'sockscope/trace': { 'count?': 'count' },
  'sockscope/eventCode': { event: 'count' },
  'sockscope/functionGraph': { from: 'count', 'to?': 'count', 'packetsOnly?': 'boolean' },
  'sockscope/timeline': { 'axis?': 'string', 'from?': 'integer', 'to?': 'integer', 'columns?': 'count' },
  'sockscope/packetWay': { 'number?': 'integer' },
  'sockscope/graphs': {
    'graph?': 'string',
    'connection?': 'string',
    'side?': 'string',
    'fromNs?': 'count',
    'toNs?': 'count',
    'count?': 'count',
  },
};

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return 'list';
  if (Number.isSafeInteger(value)) return 'integer';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as Kind;
  return typeof value === 'object' && value !== null ? 'object' : undefined;
}

/**
 * Validate a request's arguments. Optional ones that are null are removed, because some clients send null.
 *
 * @throws an error that names the request, the argument, and the expected type
 */
export function parseArguments(command: string, args: unknown): Record<string, unknown> {
  if (args !== undefined && args !== null && kindOf(args) !== 'object')
    throw new UserError('{0} takes its arguments as an object, and got {1}', command, JSON.stringify(args));
  const given = (args ?? {}) as Record<string, unknown>;
  if (!Object.hasOwn(SHAPES, command)) return given;
  return members(command, SHAPES[command]!, given, '');
}

function members(
  command: string,
  shape: Readonly<Record<string, Shape>>,
  given: Record<string, unknown>,
  at: string,
): Record<string, unknown> {
  const parsed = { ...given };
  for (const [key, wanted] of Object.entries(shape)) {
    const name = key.replace('?', '');
    if (key.endsWith('?') && (given[name] ?? undefined) === undefined) parsed[name] = undefined;
    else parsed[name] = member(command, wanted, given[name], `${at}${name}`);
  }
  return parsed;
}

function member(command: string, wanted: Shape, value: unknown, at: string): unknown {
  const isList = Array.isArray(wanted);
  const kind = isList ? 'list' : typeof wanted === 'object' ? 'object' : wanted;
  const fits =
    kind === 'count' ? kindOf(value) === 'integer' && (value as number) >= 0 : kindOf(value) === kind;
  if (!fits)
    throw new UserError(
      '{0} needs "{1}", {2}, and got {3}',
      command,
      at,
      KINDS[kind as Kind],
      JSON.stringify(value) ?? 'nothing',
    );
  if (isList)
    return (value as unknown[]).map((one, index) =>
      member(command, (wanted as readonly [Shape])[0], one, `${at}[${index}]`),
    );
  if (typeof wanted !== 'object') return value;
  return members(
    command,
    wanted as Readonly<Record<string, Shape>>,
    value as Record<string, unknown>,
    `${at}.`,
  );
}
