/** Values that are not objects, as one line. */

/** Strings are truncated to this length, unless more is requested. */
const LONGEST_TEXT = 200;

export function primitiveText(value: unknown, longest = LONGEST_TEXT): string {
  if (typeof value === 'string') return quoted(value, longest);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A string in quotes; for a long one its beginning and its length. */
export function quoted(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return JSON.stringify(text);
  // Do not split a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text[longest - 1]!) ? longest - 1 : longest;
  return `${JSON.stringify(text.slice(0, end))}… (${text.length} characters)`;
}
