/**
 * Conditions on state transitions as text: which arrows they name, and how an arrow is added and taken away.
 * Usable by every part.
 */

/** A state is omitted where any will do. */
export interface NamedArrow {
  from?: string;
  to?: string;
  /** Only some of these transitions: more must be true of them. */
  isNarrowed: boolean;
}

const ARROW = /^\s*(\*|\w+)?\s*(?:->|→)\s*(\*|\w+)?\s*(&&.*)?$/s;

function state(name: string | undefined): string | undefined {
  return name === undefined || name === '*' ? undefined : name.toUpperCase().replace(/^TCP_/, '');
}

function namedArrow(text: string): NamedArrow | undefined {
  const match = ARROW.exec(text);
  if (match === null) return undefined;
  const [from, to] = [state(match[1]), state(match[2])];
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    isNarrowed: match[3] !== undefined,
  };
}

/** The arrows of a condition; a condition that is no list of arrows may be true of each transition. */
export function arrowsOf(condition: string): NamedArrow[] {
  if (condition.trim() === '') return [{ isNarrowed: false }];
  return condition.split('||').map((part) => namedArrow(part) ?? { isNarrowed: true });
}

/** Whether an arrow names this transition, and nothing more. */
function isExactly(text: string, from: string, to: string): boolean {
  const arrow = namedArrow(text);
  return arrow !== undefined && !arrow.isNarrowed && arrow.from === from && arrow.to === to;
}

/**
 * The condition without this arrow, or with it if it has not been in it.
 *
 * @param condition undefined: it does not stop at transitions yet
 * @returns undefined: no arrow is left
 */
export function withArrowToggled(
  condition: string | undefined,
  from: string,
  to: string,
): string | undefined {
  const parts = condition === undefined ? [] : condition.split('||').map((part) => part.trim());
  const others = parts.filter((part) => !isExactly(part, from, to));
  const wanted = others.length < parts.length ? others : [...parts, `${from} -> ${to}`];
  return wanted.length === 0 ? undefined : wanted.join(' || ');
}
