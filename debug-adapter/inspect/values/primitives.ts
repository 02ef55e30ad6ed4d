/** Values that are no objects, in one line. */

/** A text is cut to so many characters, unless more are asked for. */
const LONGEST_TEXT = 200;

export function primitiveText(value: unknown, longest = LONGEST_TEXT): string {
  if (typeof value === 'string') return quoted(value, longest);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A text in quotes; of a long one the beginning, and how long it is. */
export function quoted(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return JSON.stringify(text);
  // Not in the middle of a pair of surrogates.
  const end = /[\ud800-\udbff]/.test(text[longest - 1]!) ? longest - 1 : longest;
  return `${JSON.stringify(text.slice(0, end))}… (${text.length} characters)`;
}
