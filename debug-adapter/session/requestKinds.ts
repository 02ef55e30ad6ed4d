/** What is to be known of a request by its name, before it is answered. */
import { UserError } from '../../language/userError.ts';

/** Requests that end elsewhere in time: they are answered when the search begins. */
export const TRAVELLING: ReadonlySet<string> = new Set([
  'stepBack',
  'reverseContinue',
  'restartFrame',
  'sockscope/goToEvent',
  'sockscope/goToSending',
  'sockscope/goToOutput',
  'sockscope/goToBookmark',
  'sockscope/runToArrival',
]);

/** Requests that change nothing: nobody misses an answer that is not wanted any more. */
export const CANCELLABLE: ReadonlySet<string> = new Set([
  ...['stackTrace', 'scopes', 'variables', 'completions', 'evaluate', 'readMemory', 'loadedSources'],
  ...['sockscope/tree', 'sockscope/picture', 'sockscope/packets', 'sockscope/packet', 'sockscope/findPacket'],
  ...['sockscope/sequence', 'sockscope/graphs', 'sockscope/packetWay', 'sockscope/followStream'],
  ...[
    'sockscope/trace',
    'sockscope/timeline',
    'sockscope/output',
    'sockscope/eventCode',
    'sockscope/causeChain',
    'sockscope/packetCode',
  ],
]);

/** Requests without a time limit. */
const PATIENT: ReadonlySet<string> = new Set([
  'launch',
  'restart',
  'configurationDone',
  'sockscope/exportPackets',
  'sockscope/saveStream',
  'sockscope/functionGraph',
  'sockscope/saveRecording',
  'disconnect',
  'terminate',
]);
/** A machine that runs may never come to an answer: nobody waits longer than a second for one. */
const RUNNING_ANSWER_MS = 950;
/** A stopped one always answers, as quickly as the host's processor lets it. */
const STOPPED_ANSWER_MS = 10_000;

/** Rejects with a message for the user when the answer takes longer than a client waits. */
export async function inTime<T>(answer: Promise<T>, command: string, isStopped: boolean): Promise<T> {
  if (PATIENT.has(command)) return answer;
  const milliseconds = isStopped ? STOPPED_ANSWER_MS : RUNNING_ANSWER_MS;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UserError('the machine is busy: {0} got no answer in {1} ms', command, milliseconds)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
