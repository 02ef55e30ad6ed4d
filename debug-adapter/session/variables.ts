/** Items as DAP's variables. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Scripts } from '../cdp/scripts.ts';
import type { WireItem } from '../inspect/handles.ts';

/** VS Code shows commands for packets in the menu of such a variable. */
const PACKET_MENU = { __vscodeVariableMenuContext: 'sk_buff' };
/** The same for values of which it is noted why they change. */
const TOLD_MENU = { __vscodeVariableMenuContext: 'told' };

/** As toVariable(), for what is shown as it was: it cannot be changed, and has no bytes to be seen. */
export function toPastVariable(item: WireItem, scripts: Scripts): DebugProtocol.Variable {
  const variable = toVariable({ ...item, memory: undefined, isPacket: false }, scripts);
  return { ...variable, presentationHint: { ...variable.presentationHint, attributes: ['readOnly'] } };
}

export function toVariable(item: WireItem, scripts: Scripts): DebugProtocol.Variable {
  const { type, indexed, named, evaluateName, memory, isPacket, isTold } = item;
  const hint = hintOf(item);
  return {
    name: item.name,
    value: item.location === undefined ? item.value : placeText(item.location, scripts),
    variablesReference: item.ref,
    ...(type === undefined ? {} : { type }),
    ...(indexed === undefined ? {} : { indexedVariables: indexed }),
    ...(named === undefined ? {} : { namedVariables: named }),
    ...(evaluateName === undefined ? {} : { evaluateName }),
    ...(memory === undefined ? {} : { memoryReference: memory }),
    ...(isPacket === true ? PACKET_MENU : {}),
    ...(isTold === true ? TOLD_MENU : {}),
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
