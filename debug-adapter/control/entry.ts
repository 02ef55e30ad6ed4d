/** Where a program begins. */
import type { Debugger } from 'node:inspector';
import { AGENT } from '../worker/channel.ts';
import type { Debuggee } from './debuggee.ts';
import type { CodePoint } from './moment.ts';

/** The first place at which V8 can stop in the first process; undefined: there is none. */
export async function entryOf({ client, scripts }: Debuggee): Promise<CodePoint | undefined> {
  const { result } = await client.send('Runtime.evaluate', {
    expression: `globalThis[Symbol.for('${AGENT}')].entry`,
    // A pause that the user has asked for would come in here.
    disableBreaks: true,
  });
  // A Node program's top-level code: its file is not loaded yet.
  if (typeof result.value === 'string') return { url: result.value, line: 0, column: 0 };
  const { internalProperties } = await client.send('Runtime.getProperties', {
    objectId: result.objectId!,
    ownProperties: true,
  });
  const start = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
    Debugger.Location | undefined;
  if (start === undefined) return undefined;
  const { locations } = await client.send('Debugger.getPossibleBreakpoints', {
    start,
    restrictToFunction: true,
  });
  const [first] = locations;
  const url = scripts.get(start.scriptId)?.url;
  if (first === undefined || url === undefined) return undefined;
  return { url, line: first.lineNumber, column: first.columnNumber ?? 0 };
}
