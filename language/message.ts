/**
 * Texts for people. They stand in the code in English and are translated where they are shown, since only that
 * place knows the reader's language. Each is a literal, so that a script finds all of them; what varies is put
 * in at `{0}`, `{1}`, …
 */

/** What is put into a text: a text of its own is translated before. */
export type Part = string | number | Message;

/** A text that is passed on to the place that shows it. */
export interface Message {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** Translations by English text. */
export type Bundle = Readonly<Record<string, string>>;

/** Translates a text, and puts the parts in. A text without a translation stays English. */
export type Translate = (text: string, ...parts: readonly Part[]) => string;

export function message(text: string, ...parts: readonly Part[]): Message {
  return { text, parts };
}

export function translator(bundle: Bundle): Translate {
  const translate: Translate = (text, ...parts) => {
    const known = Object.hasOwn(bundle, text) ? bundle[text]! : text;
    return known.replace(/\{(\d+)\}/g, (placeholder, index: string) => {
      const part = parts[Number(index)];
      if (part === undefined) return placeholder;
      return typeof part === 'object' ? say(translate, part) : String(part);
    });
  };
  return translate;
}

/** The message in the translator's language. */
export function say(translate: Translate, { text, parts }: Message): string {
  return translate(text, ...parts);
}

export const english: Translate = translator({});

/** `a or b or c` */
export function either(words: readonly string[]): Part {
  return words.reduce<Part>(
    (before, word) => (before === '' ? word : message('{0} or {1}', before, word)),
    '',
  );
}

/** A part of a text by itself. */
export function sayPart(translate: Translate, part: Part): string {
  return typeof part === 'object' ? say(translate, part) : String(part);
}
