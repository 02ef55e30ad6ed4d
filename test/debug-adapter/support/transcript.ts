/** A debug session as a text: what was asked, where it stopped, what was seen. Numbers that change from run to run are left out. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import type { TreeView } from '../../../debug-adapter/protocol.ts';
import type { Adapter, Stopped } from './adapter.ts';

export class Transcript {
  readonly #adapter: Adapter;
  readonly #lines: string[] = [];

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
  note(text: string): void {
    this.#lines.push(text);
  }

  /** Go on with a command, and note where it stops. */
  async go(
    command: 'continue' | 'next' | 'stepIn' | 'stepOut',
  ): Promise<DebugProtocol.StackFrame | undefined> {
    this.note(`> ${command}`);
    return this.stop(await this.#adapter.go(command));
  }
  async stop(stopped: Stopped | 'terminated'): Promise<DebugProtocol.StackFrame | undefined> {
    if (stopped === 'terminated') {
      this.note('  terminated');
      return undefined;
    }
    const [top] = await this.#adapter.stack(undefined, 1);
    const { reason, description, text } = stopped;
    const why = [reason, description, text].filter((one) => one !== undefined).join(': ');
    this.note(`  stopped (${why}) in ${await this.#threadName()}: ${place(top)}`);
    return top;
  }
  async #threadName(): Promise<string> {
    return (await this.#adapter.threads()).find(({ id }) => id === this.#adapter.thread)?.name ?? '?';
  }

  async stack(title = 'stack'): Promise<void> {
    this.note(`  ${title}:`);
    for (const frame of await this.#adapter.stack()) this.note(`    ${place(frame)}`);
  }
  async threads(): Promise<void> {
    this.note('  threads:');
    for (const { id, name } of await this.#adapter.threads()) {
      this.note(`    ${name}`);
      if (id !== this.#adapter.thread)
        for (const frame of await this.#adapter.stack(id)) this.note(`      ${place(frame)}`);
    }
  }
  async locals(): Promise<void> {
    const [scope] = await this.#adapter.scopes();
    this.note('  locals:');
    for (const { name, value } of await this.#adapter.variables(scope!.variablesReference))
      this.note(`    ${name} = ${value}`);
  }

  /** A tree as far as `show` says; structs stay closed. */
  async tree(view: TreeView, show: RegExp): Promise<void> {
    this.note(`  ${view}:`);
    await this.#branch(view, undefined, show, '    ');
  }
  async #branch(view: TreeView, parent: string | undefined, show: RegExp, indent: string): Promise<void> {
    for (const item of await this.#adapter.tree(view, parent)) {
      if (!show.test(item.label)) continue;
      this.note(
        `${indent}${item.label}${item.description ? `  ${item.description}` : ''}${item.changed === true ? '  (changed)' : ''}`,
      );
      if (item.collapsible !== 'none') await this.#branch(view, item.id, show, `${indent}  `);
    }
  }

  async packets(): Promise<void> {
    const { rows, current } = await this.#adapter.custom('sockscope/packets', { from: 0, count: 100 });
    this.note('  packets:');
    for (const { number, time, info, fate } of rows) {
      this.note(`    ${number} ${time} ${info} (${fate})${number === current ? ' <- being handled' : ''}`);
    }
  }
}

/** Without the line: the kernel's code may gain a comment. Lines of a scenario stay. */
function place(frame: DebugProtocol.StackFrame | undefined): string {
  if (frame === undefined) return '(nowhere)';
  const { name, source, line, presentationHint } = frame;
  const file = source?.path ?? '';
  const isStack = file.includes(`${path.sep}stack${path.sep}`);
  const where = isStack ? (source?.name ?? '') : `${path.basename(file)}:${line}`;
  return `${name} ${where}${presentationHint === 'subtle' ? ' (skipped)' : ''}`;
}
