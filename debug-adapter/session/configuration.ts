/** What the client has set, kept for machines that are started later: the first one, and each restart. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { filterById, UNCAUGHT_FILTER } from '../filters/all.ts';
import { ConditionError } from '../filters/conditionError.ts';
import type { ArmedFilter } from '../inspect/stops.ts';
import type { Run } from './run.ts';

type Breakpoint = DebugProtocol.Breakpoint;
const NOT_YET = 'The breakpoint is set when the machine starts.';

export class Configuration {
  readonly #lines = new Map<string, DebugProtocol.SourceBreakpoint[]>();
  #functions: DebugProtocol.FunctionBreakpoint[] = [];
  #filters: ArmedFilter[] = [{ id: UNCAUGHT_FILTER, condition: '' }];
  #run: Run | undefined;

  /** All of it holds for this machine now. */
  async applyTo(run: Run): Promise<void> {
    this.#run = run;
    await Promise.all([
      ...[...this.#lines].map(([file, wanted]) => run.breakpoints.set(file, wanted)),
      run.functionBreakpoints.set(this.#functions),
      run.arm(this.#filters),
    ]);
  }
  leave(): void {
    this.#run = undefined;
  }

  async setLines({ source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments): Promise<Breakpoint[]> {
    const file = source.path;
    if (file === undefined)
      return breakpoints.map(({ line }) => ({
        verified: false,
        line,
        message: 'This source is not a file.',
      }));
    if (breakpoints.length === 0) this.#lines.delete(file);
    else this.#lines.set(file, breakpoints);
    if (this.#run === undefined)
      return breakpoints.map(({ line }) => ({ verified: false, line, message: NOT_YET }));
    return this.#run.breakpoints.set(file, breakpoints);
  }

  async setFunctions({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments): Promise<Breakpoint[]> {
    if (!breakpoints.every(({ name }) => typeof name === 'string'))
      throw new Error('setFunctionBreakpoints needs a "name" for each breakpoint, a string');
    this.#functions = breakpoints;
    if (this.#run === undefined) return breakpoints.map(() => ({ verified: false, message: NOT_YET }));
    return this.#run.functionBreakpoints.set(breakpoints);
  }

  /** A filter whose condition does not parse is refused; the others are armed. */
  async setFilters({
    filters,
    filterOptions = [],
  }: DebugProtocol.SetExceptionBreakpointsArguments): Promise<Breakpoint[]> {
    const wanted = [
      ...filters.map((id) => ({ id, condition: '' })),
      ...filterOptions.map(({ filterId, condition }) => ({ id: filterId, condition: condition ?? '' })),
    ];
    const results = wanted.map((filter) => ({ filter, problem: problemOf(filter) }));
    this.#filters = results.filter(({ problem }) => problem === undefined).map(({ filter }) => filter);
    await this.#run?.arm(this.#filters);
    return results.map(({ problem }) =>
      problem === undefined ? { verified: true } : { verified: false, message: problem },
    );
  }
}

function problemOf({ id, condition }: ArmedFilter): string | undefined {
  if (id === UNCAUGHT_FILTER) return undefined;
  const filter = filterById(id);
  if (filter === undefined) return `There is no exception filter "${id}".`;
  try {
    filter.compile(condition);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
}
