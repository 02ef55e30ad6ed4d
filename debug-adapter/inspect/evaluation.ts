/**
 * Evaluates expressions of the user that the adapter has sent while the machine ran. The machine may have stopped by the time
 * V8 comes to one, and at a stop V8 applies a time limit only to what is evaluated in a frame: an expression without end would
 * hold the thread for ever. Only here, in the thread, is it known which of the two it is.
 */
import type { Runtime } from 'node:inspector';
import { OwnInspector } from './values/ownInspector.ts';

/** V8's error for an expression that has taken too long. */
export const ENDED = 'Execution was terminated';

/** Of the objects that can be taken. */
const GROUP = 'evaluation';
/** So many objects can be taken: whoever has asked for one takes it at once. */
const MOST_KEPT = 50;

export class Evaluation {
  readonly #inspector = new OwnInspector();
  /** Ids of objects, the oldest one first. */
  readonly #kept: string[] = [];

  /**
   * @param looks V8 refuses what may have side effects
   * @param timeout in ms
   * @returns V8's answer, whose object can be taken; null: it has taken too long
   */
  evaluate(expression: string, looks: boolean, timeout: number): Runtime.EvaluateReturnType | null {
    const inspector = this.#inspector;
    const common = { expression, objectGroup: GROUP, silent: true, throwOnSideEffect: looks, timeout };
    try {
      const frame = inspector.debug()?.at(-1);
      const answer = (
        frame === undefined
          ? inspector.post('Runtime.evaluate', { ...common, disableBreaks: true })
          : inspector.post('Debugger.evaluateOnCallFrame', { ...common, callFrameId: frame.callFrameId })
      ) as Runtime.EvaluateReturnType;
      this.#keep(answer.result, answer.exceptionDetails?.exception);
      return answer;
    } catch (error) {
      if (error instanceof Error && error.message === ENDED) return null;
      throw error;
    } finally {
      inspector.post('Debugger.disable', {});
    }
  }
  #keep(...objects: (Runtime.RemoteObject | undefined)[]): void {
    this.#kept.push(...objects.flatMap((object) => object?.objectId ?? []));
    for (const objectId of this.#kept.splice(0, this.#kept.length - MOST_KEPT))
      this.#inspector.post('Runtime.releaseObject', { objectId });
  }
  /** An object of an answer. */
  take(objectId: string): unknown {
    return this.#inspector.valueOf({ type: 'object', objectId });
  }

  /** The answers' objects are needed no more. */
  end(): void {
    this.#inspector.end();
  }
}
