/** How wide texts are, as far as that is known before they are drawn. */

/** How wide a character of most scripts is at most, as a share of the font's size. */
const CHARACTER = 0.58;
/** Chinese characters and their punctuation are as wide as the font is high. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/;

/** The width of a text in characters of the Latin script. */
export function widthInCharacters(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text as far as it fits into a width, in pixels; its end is replaced by an ellipsis. */
export function fitted(text: string, width: number, fontSize: number): string {
  const most = Math.max(1, Math.floor(width / (fontSize * CHARACTER)));
  if (widthInCharacters(text) <= most) return text;
  let room = most - 1;
  let shown = '';
  for (const character of text) {
    room -= characterWidth(character);
    if (room < 0) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}

function characterWidth(character: string): number {
  return WIDE.test(character) ? 1 / CHARACTER : 1;
}
