/** The custom requests about trees. */
import type {
  BreakOnSocketArguments,
  BreakOnSocketResponse,
  SetTreeValueArguments,
  SetTreeValueResponse,
  TreeArguments,
  TreeResponse,
} from '../protocol.ts';
import type { DataField } from '../inspect/dataBreakpoints.ts';
import { change, inputsChanged } from './changes.ts';
import type { Configuration } from './configuration.ts';
import { offered } from './dataBreakpoints.ts';
import type { Run } from './run.ts';

export async function tree(run: Run, { view, parent }: TreeArguments): Promise<TreeResponse> {
  return {
    items: await run.debuggee.ask('trees.children', view, parent ?? null, run.execution.stop !== undefined),
  };
}
export async function setTreeValue(
  run: Run,
  { id, value }: SetTreeValueArguments,
): Promise<SetTreeValueResponse> {
  return run.changing(async () => {
    run.frames.forgetItems();
    const response = await change<SetTreeValueResponse>(run, 'trees.set', id, value);
    await inputsChanged(run);
    return response;
  });
}
export async function breakOnSocket(
  run: Run,
  configuration: Configuration,
  { id, enabled }: BreakOnSocketArguments,
): Promise<BreakOnSocketResponse> {
  const { dataFields } = configuration;
  const field = await offered(run, dataFields, (next) =>
    run.debuggee.ask<DataField>('offerSocket', id, next),
  );
  await configuration.setSocket(field!, enabled);
  return { enabled };
}
