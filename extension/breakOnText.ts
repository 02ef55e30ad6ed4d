// What the machine stops on besides the Breakpoints view's choice, as text.
import { say, type Translate } from '../language/message.ts';
import { STOP_KINDS, type StopKindId } from '../debug-adapter/filters/kinds.ts';
import type { BreakOn } from '../debug-adapter/protocol.ts';

/** The number of characters of a condition that the status bar has room for. */
const SHOWN_CONDITION = 24;

/** `Packet sent: syn && ack`, and each kind with its condition in a line of its own; undefined: nothing is on. */
export function breakOnText(breakOn: BreakOn, t: Translate): { short: string; lines: string[] } | undefined {
  const kinds = (Object.keys(STOP_KINDS) as StopKindId[]).flatMap((id) =>
    breakOn[id] === undefined ? [] : [{ label: say(t, STOP_KINDS[id].label), condition: breakOn[id] }],
  );
  const [first, ...others] = kinds;
  if (first === undefined) return undefined;
  const { label, condition } = first;
  const shown =
    condition.length > SHOWN_CONDITION ? `${condition.slice(0, SHOWN_CONDITION).trimEnd()}…` : condition;
  return {
    short: `${label}${shown === '' ? '' : `: ${shown}`}${others.length === 0 ? '' : ` +${others.length}`}`,
    lines: kinds.map(({ label, condition }) =>
      condition === '' ? label : t('{0}, when {1}', label, condition),
    ),
  };
}
