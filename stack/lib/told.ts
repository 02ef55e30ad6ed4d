/**
 * Texts for people in errors of the stack. The stack knows no language: such an error carries its text with what varies
 * in it, and the place that shows it may translate.
 */

/** `text` has `{0}`, `{1}`, … where the parts are put in; a part may be a text of its own. */
export interface Told {
  readonly text: string;
  readonly parts: readonly (string | number | Told)[];
}

/** @param text a literal, so that a script finds all of them */
export function told(text: string, ...parts: Told['parts']): Told {
  return { text, parts };
}

/** `a or b or c` */
export function one_of(words: readonly string[]): string | Told {
  return words
    .slice(1)
    .reduce<string | Told>((before, word) => told('{0} or {1}', before, word), words[0] ?? '');
}

/** In English. */
export function told_text({ text, parts }: Told): string {
  return text.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
    const part = parts[Number(index)];
    if (part === undefined) return placeholder;
    return typeof part === 'object' ? told_text(part) : String(part);
  });
}

/** An error that tells people what is wrong, and how to fix it. */
export class ToldError extends Error {
  override name = 'ToldError';
  readonly said: Told;

  constructor(said: Told) {
    super(told_text(said));
    this.said = said;
  }
}
