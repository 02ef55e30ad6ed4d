/**
 * Evaluates an expression of the user that the adapter has sent while the machine ran. The machine may have stopped by the
 * time V8 comes to it, and at a stop V8 applies a time limit only to what is evaluated in a frame: an expression without end
 * would hold the thread for ever. Only here, in the thread, is it known which of the two it is.
 */
import type { Runtime } from 'node:inspector';
import { GROUP, OwnInspector } from './values/ownInspector.ts';

/** Thrown for an expression that has taken too long. */
export const ENDED = Symbol.for('sockscope.ended');
/** V8's error for it. */
export const TERMINATED = 'Execution was terminated';

/**
 * @param looks V8 refuses what may have side effects
 * @param timeout in ms
 * @throws what the expression throws, or ENDED
 */
export function evaluate(expression: string, looks: boolean, timeout: number): unknown {
  const inspector = new OwnInspector();
  try {
    const frame = inspector.debug()?.at(-1);
    const common = { expression, objectGroup: GROUP, silent: true, throwOnSideEffect: looks, timeout };
    const { result, exceptionDetails } = (
      frame === undefined
        ? inspector.post('Runtime.evaluate', { ...common, disableBreaks: true })
        : inspector.post('Debugger.evaluateOnCallFrame', { ...common, callFrameId: frame.callFrameId })
    ) as Runtime.EvaluateReturnType;
    if (exceptionDetails === undefined) return inspector.valueOf(result);
    const { exception, text } = exceptionDetails;
    throw exception === undefined ? new Error(text) : inspector.valueOf(exception);
  } catch (error) {
    if (error instanceof Error && error.message === TERMINATED) throw ENDED;
    throw error;
  } finally {
    inspector.end();
  }
}
