/** Drawing in SVG: elements, texts that fit, links, and the drawing as a file of its own. */

const NAMESPACE = 'http://www.w3.org/2000/svg';

export type SvgAttributes = Record<string, string | number | undefined>;

/** An SVG element. Attributes are numbers or texts; colours belong into the stylesheet. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: SvgAttributes = {},
  children: readonly (Node | string)[] = [],
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Makes an element act as a link or button: with the mouse, and with Enter and Space. Its title names it. */
export function clickable(element: SVGElement, role: 'link' | 'button', onClick: () => void): void {
  element.setAttribute('role', role);
  element.setAttribute('tabindex', '0');
  element.addEventListener('click', onClick);
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onClick();
  });
}

/** Sets the tooltip of a part of a drawing, which is its name for screen readers, too. */
export function titled(element: SVGElement, text: string): void {
  let title = element.querySelector(':scope > title');
  if (title === null) {
    title = svg('title');
    element.prepend(title);
  }
  if (title.textContent !== text) title.textContent = text;
}

/** Properties that the stylesheet sets, and that a file needs with it; children inherit them. */
const INHERITED = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;
/** Those of a page only. */
const OF_THE_PAGE = ['class', 'tabindex', 'role', 'style', 'aria-pressed', 'aria-hidden', 'aria-label'];

/** The drawing as it looks now, as the text of an SVG file: colours and fonts of the theme included. */
export function standalone(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of [drawing, ...drawing.querySelectorAll('*')].entries())
    inlineStyle(original, copies[index]!, original === drawing);
  const { width, height } = drawing.getBoundingClientRect();
  copy.setAttribute('width', String(Math.round(width)));
  copy.setAttribute('height', String(Math.round(height)));
  const background = getComputedStyle(document.body).backgroundColor;
  copy.prepend(svg('rect', { width: '100%', height: '100%', fill: background }));
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

function inlineStyle(original: Element, copy: Element, isRoot: boolean): void {
  for (const name of OF_THE_PAGE) copy.removeAttribute(name);
  if (original instanceof SVGTitleElement) return;
  const style = getComputedStyle(original);
  const outer = isRoot ? undefined : getComputedStyle(original.parentElement!);
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value !== outer?.getPropertyValue(name)) copy.setAttribute(name, value);
  }
  // CSS has pixels in it, which attributes must not have.
  if (style.transform !== 'none') copy.setAttribute('transform', style.transform);
  if (style.display === 'none') copy.setAttribute('display', 'none');
}
