// A sample's comments in another language. The code stands only once, in samples/: a file beside the translations has
// the comments, in their order. Each takes the lines of the English one, so that every line keeps its number.

/** A comment that has lines of its own: its first line and the number of its lines. */
interface Place {
  first: number;
  count: number;
}

/** Between two comments. */
const SEPARATOR = /^---\r?\n/m;

/** The comments of a file with lines of their own, without what makes them comments. */
export function commentsOf(text: string): string[] {
  const lines = text.split('\n');
  return placesOf(lines).map(({ first, count }) =>
    lines
      .slice(first, first + count)
      .map(bare)
      .join('\n')
      .trim(),
  );
}

/**
 * The file with other comments.
 *
 * @param comments one for each of the file's, separated by lines of `---`
 * @throws an error if there are more or fewer, or one is longer than the lines that it replaces
 */
export function withComments(text: string, comments: string): string {
  const lines = text.split('\n');
  const places = placesOf(lines);
  const translated = comments.split(SEPARATOR).map((one) => one.trimEnd().split(/\r?\n/));
  if (translated.length !== places.length)
    throw new Error(`${places.length} comments have ${translated.length} translations`);
  for (const [index, { first, count }] of places.entries())
    lines.splice(first, count, ...commented(translated[index]!, lines.slice(first, first + count)));
  return lines.join('\n');
}

function placesOf(lines: readonly string[]): Place[] {
  const places: Place[] = [];
  for (let first = 0; first < lines.length; first++) {
    const line = lines[first]!;
    let count = 0;
    if (/^\s*\/\*\*/.test(line)) count = lines.slice(first).findIndex((one) => one.includes('*/')) + 1;
    else while (/^\s*\/\/ /.test(lines[first + count] ?? '')) count++;
    if (count === 0) continue;
    places.push({ first, count });
    first += count - 1;
  }
  return places;
}

function bare(line: string): string {
  return line.replace(/^\s*(?:\/\*\*|\/\/|\*(?!\/)) ?/, '').replace(/ ?\*\/\s*$/, '');
}

/** A text as a comment of the same form, filled up to the same number of lines. */
function commented(text: readonly string[], old: readonly string[]): string[] {
  const indent = /^\s*/.exec(old[0]!)![0];
  const isBlock = old[0]!.includes('/**');
  const room = isBlock && old.length > 1 ? old.length - 2 : old.length;
  if (text.length > room) throw new Error(`"${text[0]}" has ${text.length} lines in place of ${room}`);
  const filled = [...text, ...Array.from({ length: room - text.length }, () => '')];
  if (!isBlock) return filled.map((line) => `${indent}// ${line}`.trimEnd());
  if (old.length === 1) return [`${indent}/** ${text[0]} */`];
  return [`${indent}/**`, ...filled.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}
