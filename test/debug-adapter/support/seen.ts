/** What a client sees at a stop: to compare what is seen there another time, or in another run. */
import type { TreeItem, TreeView } from '../../../debug-adapter/protocol.ts';
import type { Adapter, Stopped } from './adapter.ts';

/**
 * What the debugger has put into the world: less, where a run is repeated. What comes from outside is repeated then, without a
 * log of its own, and nothing leads there.
 */
const DEBUGGERS = new Set(['armed', 'capture', 'captures_stack', 'output', 'inputs', 'connector']);
/** How deep each tree is looked at. */
const DEPTHS: readonly [TreeView, number][] = [
  ['sockets', 5],
  ['interfaces', 4],
  ['kernel', 2],
];

export interface Seen {
  event: number;
  /** Where the innermost frame is: to the column, of which thread. */
  place: string;
  file: string;
  line: number;
  /** DAP's reason of the stop. */
  reason: string;
  state: string[];
}

/** @param settings expressions of settings whose values are part of the state */
export async function look(adapter: Adapter, stop: Stopped, ...settings: readonly string[]): Promise<Seen> {
  const event = Number(await adapter.evaluate('world.event'));
  const state = [`event ${event}`];
  for (const setting of settings) state.push(`${setting} = ${await adapter.evaluate(setting)}`);
  for (const { id, name } of await adapter.threads()) {
    const frames = await adapter.stack(id);
    state.push(`${name}: ${frames.map((frame) => `${frame.name}:${frame.line}`).join(' < ')}`);
  }
  const frames = await adapter.stack();
  for (const { id, name } of frames)
    for (const scope of await adapter.scopes(id))
      if (scope.name === 'Locals')
        for (const variable of await adapter.variables(scope.variablesReference))
          state.push(`${name} ${variable.name} = ${variable.value}`);
  for (const [view, depth] of DEPTHS) state.push(...(await treeText(adapter, view, depth)));
  const { name, line, column, source } = frames[0]!;
  return {
    event,
    place: `${name}:${line}:${column} of ${adapter.thread}`,
    file: source!.path!,
    line,
    reason: stop.reason,
    state,
  };
}
/** All fields of all sockets, of the network interfaces and their rings, and the kernel's tables. */
async function treeText(
  adapter: Adapter,
  view: TreeView,
  depth: number,
  parent?: TreeItem,
  indent = '',
): Promise<string[]> {
  const lines: string[] = [];
  for (const item of await adapter.tree(view, parent?.id)) {
    if (DEBUGGERS.has(item.label)) continue;
    lines.push(`${indent}${item.label} ${item.description ?? ''}`);
    if (item.collapsible !== 'none' && depth > 0)
      lines.push(...(await treeText(adapter, view, depth - 1, item, `${indent} `)));
  }
  return lines;
}
