/** Items as DAP's variables. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Scripts } from '../cdp/scripts.ts';
import type { WireItem } from '../inspect/handles.ts';

export function toVariable(item: WireItem, scripts: Scripts): DebugProtocol.Variable {
  const { type, indexed, named, evaluateName } = item;
  const hint = hintOf(item);
  return {
    name: item.name,
    value: item.location === undefined ? item.value : placeText(item.location, scripts),
    variablesReference: item.ref,
    ...(type === undefined ? {} : { type }),
    ...(indexed === undefined ? {} : { indexedVariables: indexed }),
    ...(named === undefined ? {} : { namedVariables: named }),
    ...(evaluateName === undefined ? {} : { evaluateName }),
    ...(hint === undefined ? {} : { presentationHint: hint }),
  };
}

function hintOf(item: WireItem): DebugProtocol.VariablePresentationHint | undefined {
  const readOnly = item.settable !== true && item.evaluateName === undefined;
  if (item.computed !== true && item.lazy !== true && item.internal !== true && !readOnly) return undefined;
  return {
    ...(item.computed === true ? { kind: 'virtual' } : {}),
    ...(item.internal === true ? { visibility: 'internal' } : {}),
    ...(item.lazy === true ? { lazy: true } : {}),
    ...(readOnly ? { attributes: ['readOnly'] } : {}),
  };
}

/** `loop.ts:5`. */
function placeText({ scriptId, lineNumber }: NonNullable<WireItem['location']>, scripts: Scripts): string {
  const script = scripts.get(scriptId);
  return script === undefined ? '(native)' : `${script.url.split('/').at(-1)}:${lineNumber + 1}`;
}
