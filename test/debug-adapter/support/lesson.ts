/** What the comment of a sample has its reader do, and what is seen then. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Adapter } from './adapter.ts';

/** The line of code that has a text; the comment before the code mentions it, too. */
export function lineOf(program: string, text: string): number {
  const lines = readFileSync(program, 'utf8').split('\n');
  const line = lines.findIndex((one) => !one.startsWith(' *') && one.includes(text)) + 1;
  assert.ok(line > 0, `${program} has no line with ${text}`);
  return line;
}

/** Breakpoints on the lines with these texts, and on no others of the file. */
export async function breakAt(adapter: Adapter, program: string, texts: string[]): Promise<void> {
  await adapter.request('setBreakpoints', {
    source: { path: program },
    breakpoints: texts.map((text) => ({ line: lineOf(program, text) })),
  });
}

/** Ticks one kind of stop in the Breakpoints view; none: unticks all. */
export async function tick(adapter: Adapter, filterId?: string, condition?: string): Promise<void> {
  await adapter.request('setExceptionBreakpoints', {
    filters: [],
    filterOptions: filterId === undefined ? [] : [{ filterId, condition }],
  });
}

/** Function breakpoints, and no others. */
export async function breakInFunctions(adapter: Adapter, ...names: string[]): Promise<void> {
  await adapter.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
}

/** What the Sockets view shows before a row of it is opened. The client's port depends on the seed. */
export async function shown(adapter: Adapter, parent?: string, indent = ''): Promise<string[]> {
  const lines: string[] = [];
  for (const item of await adapter.tree('sockets', parent)) {
    const text = [item.label, item.description].filter(Boolean).join('  ');
    lines.push(indent + text.replace(/:\d{5}\b/g, ':PORT') + (item.changed === true ? '  ●' : ''));
    if (item.collapsible === 'expanded') lines.push(...(await shown(adapter, item.id, `${indent}  `)));
  }
  return lines;
}

/** What the rows below a socket show when it is opened: `opened(adapter, 'server', 'fd 6')`. */
export async function opened(adapter: Adapter, ...labels: string[]): Promise<string[]> {
  let id: string | undefined;
  for (const label of labels) {
    const items = await adapter.tree('sockets', id);
    id = items.find((item) => item.label === label || item.label.startsWith(`${label} `))?.id;
    assert.ok(id !== undefined, `no row ${label} among ${items.map((item) => item.label).join(', ')}`);
  }
  return shown(adapter, id);
}

/** The Info column of all packets so far. */
export async function packets(adapter: Adapter): Promise<string[]> {
  const { rows } = await adapter.custom('sockscope/packets', { from: 0, count: 1000 });
  return rows.map(
    ({ time, info }) => `${time} ${info.replace(/\b\d{5}\b/g, 'PORT').replace(/ TSval=.*/, '')}`,
  );
}

/** The names on the call stack of the thread that has stopped, without what is skipped. */
export async function callStack(adapter: Adapter): Promise<string[]> {
  const frames = await adapter.stack();
  return frames.filter(({ presentationHint }) => presentationHint !== 'subtle').map(({ name }) => name);
}
