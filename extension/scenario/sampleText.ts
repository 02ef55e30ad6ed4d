// Parses a sample's description: the first paragraph of its initial comment.

export interface SampleTitle {
  /** Its position in learning order, from 1. */
  number: number;
  title: string;
  /** The rest of the paragraph; may be empty. */
  summary: string;
}

/** `1. A first handshake: how …`. @returns undefined for a text that does not begin in this form */
export function sampleTitle(text: string): SampleTitle | undefined {
  const comment = /^\/\*\*\r?\n([^]*?)\*\//.exec(text)?.[1];
  if (comment === undefined) return undefined;
  const lines = comment.split(/\r?\n/).map((line) => line.replace(/^ \* ?/, '').trim());
  const end = lines.indexOf('');
  const paragraph = lines
    .slice(0, end < 0 ? lines.length : end)
    .join(' ')
    // Chinese has no blanks between words.
    .replace(/(?<=[\u2e80-\uffef]) (?=[\u2e80-\uffef])/g, '');
  const groups = /^(?<number>\d+)\. (?<title>.+?)(?:(?:: |：)(?<summary>.*)|[.。])$/.exec(paragraph)?.groups;
  if (groups === undefined) return undefined;
  return { number: Number(groups['number']), title: groups['title']!, summary: groups['summary'] ?? '' };
}

/**
 * A sample as copied to the user's folder: with a reference to the types of its imports after its comment.
 */
export function withTypes(text: string, typesFile: string): string {
  const end = /^\/\*\*[^]*?\*\/\r?\n/.exec(text)?.[0].length ?? 0;
  return `${text.slice(0, end)}/// <reference path="./${typesFile}" />\n${text.slice(end)}`;
}
