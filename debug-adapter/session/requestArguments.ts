/** What each request must bring: a client that forgets something is told what. */

type Kind = 'string' | 'number' | 'object' | 'list';
const THREAD = { threadId: 'number' } as const;

const NEEDED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  setBreakpoints: { source: 'object' },
  setFunctionBreakpoints: { breakpoints: 'list' },
  setExceptionBreakpoints: { filters: 'list' },
  breakpointLocations: { line: 'number' },
  next: THREAD,
  stepIn: THREAD,
  stepOut: THREAD,
  stackTrace: THREAD,
  scopes: { frameId: 'number' },
  stepInTargets: { frameId: 'number' },
  variables: { variablesReference: 'number' },
  setVariable: { variablesReference: 'number', name: 'string', value: 'string' },
  evaluate: { expression: 'string' },
  'sockscope/tree': { view: 'string' },
  'sockscope/setTreeValue': { id: 'string', value: 'string' },
  'sockscope/breakOnSocket': { id: 'string' },
  'sockscope/breakOn': { breakOn: 'object' },
  'sockscope/packets': { from: 'number', count: 'number' },
  'sockscope/packet': { number: 'number' },
  'sockscope/packetCode': { number: 'number', which: 'string' },
  'sockscope/exportPackets': { path: 'string' },
};

function kindOf(value: unknown): Kind | 'nothing' {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return 'number';
  return typeof value === 'object' ? 'object' : 'string';
}

/** @throws an error that names the request, the argument, and what it should be */
export function refuseMalformed(command: string, args: unknown): void {
  if (!Object.hasOwn(NEEDED, command)) return;
  const given = (kindOf(args) === 'object' ? args : {}) as Record<string, unknown>;
  for (const [name, kind] of Object.entries(NEEDED[command]!)) {
    const value = given[name];
    if (kindOf(value) === kind && (kind !== 'string' || typeof value === 'string')) continue;
    throw new Error(
      `${command} needs "${name}", ${kind === 'object' ? 'an' : 'a'} ${kind}, and got ${JSON.stringify(value) ?? 'nothing'}`,
    );
  }
}
