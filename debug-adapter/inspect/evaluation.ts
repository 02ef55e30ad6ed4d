/**
 * Evaluates expressions of the user that the adapter has sent while the machine ran. The machine may have stopped by the time
 * V8 comes to one, and at a stop V8 applies a time limit only to what is evaluated in a frame: an expression without end would
 * hold the thread for ever. Only here, in the thread, is it known which of the two it is.
 */
import type { Runtime } from 'node:inspector';
import { UserError } from '../../language/userError.ts';
import { GROUP, OwnInspector } from './values/ownInspector.ts';

/** V8's error for an expression that has taken too long. */
export const ENDED = 'Execution was terminated';

export class Evaluation {
  readonly #inspector = new OwnInspector();

  /**
   * @param looks V8 refuses what may have side effects
   * @param timeout in ms
   * @returns V8's answer, whose objects can be taken until the machine stops; null: it has taken too long
   */
  evaluate(expression: string, looks: boolean, timeout: number): Runtime.EvaluateReturnType | null {
    const inspector = this.#inspector;
    const common = { expression, objectGroup: GROUP, silent: true, throwOnSideEffect: looks, timeout };
    try {
      const frame = inspector.debug()?.at(-1);
      return (
        frame === undefined
          ? inspector.post('Runtime.evaluate', { ...common, disableBreaks: true })
          : inspector.post('Debugger.evaluateOnCallFrame', { ...common, callFrameId: frame.callFrameId })
      ) as Runtime.EvaluateReturnType;
    } catch (error) {
      if (error instanceof Error && error.message === ENDED) return null;
      throw error;
    } finally {
      inspector.post('Debugger.disable', {});
    }
  }
  /** An object of an answer. @throws an error for the user if the machine has stopped since */
  take(objectId: string): unknown {
    try {
      return this.#inspector.valueOf({ type: 'object', objectId });
    } catch {
      throw new UserError('the machine has gone on meanwhile');
    }
  }

  /** The answers' objects are needed no more. */
  end(): void {
    this.#inspector.end();
  }
}
