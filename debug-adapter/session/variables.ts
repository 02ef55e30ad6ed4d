/** Items as DAP's variables. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { WireItem } from '../inspect/handles.ts';

export function toVariable(item: WireItem): DebugProtocol.Variable {
  const readOnly = item.settable !== true && item.evaluateName === undefined;
  return {
    name: item.name,
    value: item.value,
    variablesReference: item.ref,
    ...(item.type === undefined ? {} : { type: item.type }),
    ...(item.indexed === undefined ? {} : { indexedVariables: item.indexed }),
    ...(item.evaluateName === undefined ? {} : { evaluateName: item.evaluateName }),
    ...(item.computed === true || readOnly
      ? {
          presentationHint: {
            ...(item.computed === true ? { kind: 'virtual' } : {}),
            ...(readOnly ? { attributes: ['readOnly'] } : {}),
          },
        }
      : {}),
  };
}
