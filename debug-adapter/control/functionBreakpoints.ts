/** Breakpoints on the kernel's functions by name: `tcp_v4_rcv`, `connect`, `sys_connect`. */
import { either, type Translate } from '../../language/message.ts';
import { errorText, UserError } from '../../language/userError.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRule, type DefinedRule, type Numbered } from './breakpoints.ts';
import type { Debuggee } from './debuggee.ts';
import type { Execution } from './execution.ts';
import type { FunctionIndex, FunctionPlace } from './functionIndex.ts';
import type { PlacedBreakpoint } from './moment.ts';

export class FunctionBreakpoints {
  readonly #t: Translate;
  readonly #debuggee: Debuggee;
  readonly #execution: Execution;
  readonly #functions: FunctionIndex;
  #set: { id: number; v8: string; key: string; conditional: boolean; placed: PlacedBreakpoint }[] = [];

  constructor(debuggee: Debuggee, execution: Execution, functions: FunctionIndex, t: Translate) {
    this.#t = t;
    this.#debuggee = debuggee;
    this.#execution = execution;
    this.#functions = functions;
  }

  /** Replace all function breakpoints. */
  async set(
    wanted: readonly Numbered<DebugProtocol.FunctionBreakpoint>[],
  ): Promise<DebugProtocol.Breakpoint[]> {
    await Promise.all(this.#set.map((one) => this.#remove(one)));
    this.#set = [];
    // Set them one after the other: several may name one place, and V8 accepts only one there.
    const set: DebugProtocol.Breakpoint[] = [];
    for (const wish of wanted) set.push(await this.#add(wish));
    return set;
  }

  placed(): PlacedBreakpoint[] {
    return this.#set.map(({ placed }) => placed);
  }

  async #remove({ id, v8 }: { id: number; v8: string }): Promise<void> {
    this.#execution.breakpointIds.delete(v8);
    this.#execution.functionBreakpoints.delete(id);
    await this.#debuggee.removal.remove(v8);
    this.#debuggee.conditions.forget(id);
    await this.#debuggee.ask('rules.forget', id);
  }

  async #add(wish: Numbered<DebugProtocol.FunctionBreakpoint>): Promise<DebugProtocol.Breakpoint> {
    const { id } = wish;
    const name = wish.name.trim().replace(/\(\)$/, '');
    try {
      this.#execution.checkStops();
      const places = await this.#places(name);
      const rule = await defineRule(this.#debuggee, this.#execution, id, wish, name);
      const set = await Promise.all(places.map((place) => this.#setAt(wish, place, rule)));
      await rule.settle();
      const first = set.find((one) => one !== undefined);
      if (first === undefined)
        return { id, verified: false, message: this.#t('{0} has no place to stop at.', name) };
      return { id, verified: true, ...first };
    } catch (error) {
      return { id, verified: false, message: errorText(this.#t, error) };
    }
  }

  async #places(name: string): Promise<FunctionPlace[]> {
    if (name === '')
      throw new UserError(
        'A function breakpoint needs a name: a function of the kernel, such as tcp_v4_rcv, or a system call, such as connect.',
      );
    const places = await this.#functions.find(name);
    if (places.length > 0) return places;
    const syscall = await this.#functions.findSyscall(name);
    if (syscall.length > 0) return syscall;
    const near = await this.#functions.similar(name);
    if (near.length > 0)
      throw new UserError('The kernel has no function "{0}". Did you mean {1}?', name, either(near));
    throw new UserError(
      'The kernel has no function "{0}". Write a function of the kernel, such as tcp_v4_rcv, or a system call, such as connect.',
      name,
    );
  }

  async #setAt(
    { id, condition: given = '', hitCondition = '' }: Numbered<DebugProtocol.FunctionBreakpoint>,
    place: FunctionPlace,
    rule: DefinedRule,
  ) {
    const { scripts } = this.#debuggee;
    const conditional = given.trim() !== '' || hitCondition.trim() !== '';
    const location = await this.#execution.targets.bodyAt(place.url, place.line, place.column);
    if (location === undefined) return undefined;
    const shown = { source: { path: scripts.pathOf(place.url)! }, line: location.lineNumber + 1 };
    const key = `${place.url}:${location.lineNumber}:${location.columnNumber}`;
    const there = this.#set.find((one) => one.key === key);
    if (there !== undefined) {
      if (!conditional && !there.conditional) return shown;
      throw new UserError(
        'another function breakpoint stands at {0}: give the condition to one of them',
        place.name,
      );
    }
    const { breakpointId } = await this.#debuggee.client.send('Debugger.setBreakpointByUrl', {
      url: place.url,
      lineNumber: location.lineNumber,
      columnNumber: location.columnNumber ?? 0,
      condition: rule.conditionAt(this.#set.length),
    });
    this.#execution.addBreakpoint(breakpointId, id);
    this.#execution.functionBreakpoints.add(id);
    const { lineNumber: line, columnNumber: column = 0 } = location;
    this.#set.push({
      id,
      v8: breakpointId,
      key,
      conditional,
      placed: { id, place: { url: place.url, line, column }, condition: given, hitCondition },
    });
    return shown;
  }
}
