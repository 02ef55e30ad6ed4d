/**
 * Stepping into functions that V8 does not step into by itself: the body of a generator, which is entered by
 * the first next() and not by the call; and the kernel function behind a system call of the library, which
 * steps skip.
 */
import type { Debugger } from 'node:inspector';
import { isForeign, isScenario } from '../inspect/codeKinds.ts';
import { calleesFrom, type Callee } from './callees.ts';
import type { Debuggee } from './debuggee.ts';
import { STOP_GROUP } from './debuggee.ts';
import type { FunctionIndex } from './functionIndex.ts';
import { pauseFrames } from './pausedState.ts';
import { visibleTop } from './policies/pause.ts';

type Paused = Debugger.PausedEventDataType;
type Location = Debugger.Location;

export class StepTargets {
  readonly #debuggee: Debuggee;
  readonly #functions: FunctionIndex;
  /** The first statement of each function, by the place where the function begins. */
  readonly #bodies = new Map<string, Promise<Location | undefined>>();

  constructor(debuggee: Debuggee, functions: FunctionIndex) {
    this.#debuggee = debuggee;
    this.#functions = functions;
  }

  /** The calls in the rest of the statement. */
  async of(callFrame: Debugger.CallFrame): Promise<Callee[]> {
    const { scriptId, lineNumber, columnNumber } = callFrame.location;
    return calleesFrom(await this.#debuggee.scripts.lines(scriptId), lineNumber, columnNumber ?? 0);
  }

  /** Set breakpoints for one step at the callees (or the chosen one). @returns V8's ids of them */
  async arm(paused: Paused, target?: number): Promise<string[]> {
    const { scripts, client } = this.#debuggee;
    const callFrame = paused.callFrames[Math.max(0, visibleTop(pauseFrames(paused.callFrames, scripts)))]!;
    const fromScenario = isScenario(scripts.get(callFrame.location.scriptId)?.url ?? '');
    const callees = await this.of(callFrame);
    const chosen = target === undefined ? callees : callees.slice(target, target + 1);
    const places = await Promise.all(
      chosen
        .filter(({ isGenerator }) => fromScenario || isGenerator || target !== undefined)
        .map((callee) => this.#bodyOf(callee, callFrame, fromScenario)),
    );
    const ids = places
      .filter((place) => place !== undefined)
      .map((location) =>
        client.send('Debugger.setBreakpoint', { location }).then(({ breakpointId }) => breakpointId),
      );
    // Two calls of the same function have the same body.
    const set = await Promise.allSettled(ids);
    return set.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  async #bodyOf(
    callee: Callee,
    callFrame: Debugger.CallFrame,
    fromScenario: boolean,
  ): Promise<Location | undefined> {
    if (fromScenario) {
      const [place] = /^\w+$/.test(callee.expression)
        ? await this.#functions.findSyscall(callee.expression)
        : [];
      if (place !== undefined) return this.bodyAt(place.url, place.line, place.column);
    }
    return this.#evaluatedBody(callee.expression, callFrame);
  }

  /** Find the function by evaluating the callee without side effects. */
  async #evaluatedBody(expression: string, callFrame: Debugger.CallFrame): Promise<Location | undefined> {
    const { client } = this.#debuggee;
    const { result } = await client.send('Debugger.evaluateOnCallFrame', {
      callFrameId: callFrame.callFrameId,
      expression,
      objectGroup: STOP_GROUP,
      silent: true,
      throwOnSideEffect: true,
    });
    if (result.type !== 'function' || result.objectId === undefined) return undefined;
    const { internalProperties } = await client.send('Runtime.getProperties', {
      objectId: result.objectId,
      ownProperties: true,
    });
    const location = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      Location | undefined;
    // Node's own code is passed through: V8 itself steps into what it calls.
    if (location === undefined || this.#isForeign(location)) return undefined;
    return this.firstPlace(location);
  }

  #isForeign({ scriptId }: Location): boolean {
    return isForeign(this.#debuggee.scripts.get(scriptId)?.url ?? '');
  }

  /** The first statement of a function that begins at this place of a script. */
  async bodyAt(url: string, lineNumber: number, columnNumber: number): Promise<Location | undefined> {
    const script = this.#debuggee.scripts.byUrl(url);
    return script === undefined
      ? undefined
      : this.firstPlace({ scriptId: script.id, lineNumber, columnNumber });
  }

  firstPlace(start: Location): Promise<Location | undefined> {
    const key = `${start.scriptId}:${start.lineNumber}:${start.columnNumber}`;
    let place = this.#bodies.get(key);
    if (place === undefined) {
      place = this.#debuggee.client
        .send('Debugger.getPossibleBreakpoints', { start, restrictToFunction: true })
        .then(({ locations }) => locations[0]);
      this.#bodies.set(key, place);
    }
    return place;
  }
}
