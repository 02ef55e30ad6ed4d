/**
 * Lines and columns in the client's numbering: from 1, like this adapter's, unless `initialize` says
 * otherwise.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';

/** Members of requests, responses and events that hold lines or columns. */
const LINES = new Set(['line', 'endLine']);
const COLUMNS = new Set(['column', 'endColumn']);

export class Positions {
  /** The difference to the client's numbers. */
  #line = 0;
  #column = 0;

  agree({ linesStartAt1, columnsStartAt1 }: Partial<DebugProtocol.InitializeRequestArguments>): void {
    this.#line = linesStartAt1 === false ? 1 : 0;
    this.#column = columnsStartAt1 === false ? 1 : 0;
  }

  fromClient<T>(args: T): T {
    return this.#isSame ? args : (this.#moved(args, 1) as T);
  }
  toClient<T>(body: T): T {
    return this.#isSame ? body : (this.#moved(body, -1) as T);
  }

  get #isSame(): boolean {
    return this.#line === 0 && this.#column === 0;
  }
  #moved(value: unknown, sign: 1 | -1): unknown {
    if (Array.isArray(value)) return value.map((element) => this.#moved(element, sign));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (typeof member !== 'number') return [name, this.#moved(member, sign)];
        if (LINES.has(name)) return [name, member + sign * this.#line];
        return [name, COLUMNS.has(name) ? member + sign * this.#column : member];
      }),
    );
  }
}
