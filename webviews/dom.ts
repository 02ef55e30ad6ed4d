/**
 * Creates elements without markup in strings, as a strict content security policy and untrusted text require.
 */

export interface Attributes {
  class?: string;
  id?: string;
  text?: string;
  role?: string;
  title?: string;
  /** `tabindex` */
  tab?: number;
  /** ARIA attributes without their `aria-`. */
  aria?: Record<string, string>;
}

export function el(tag: string, attributes: Attributes = {}, children: readonly Node[] = []): HTMLElement {
  const element = document.createElement(tag);
  if (attributes.class) element.className = attributes.class;
  if (attributes.id) element.id = attributes.id;
  if (attributes.role) element.setAttribute('role', attributes.role);
  if (attributes.title) element.title = attributes.title;
  if (attributes.tab !== undefined) element.tabIndex = attributes.tab;
  for (const [name, value] of Object.entries(attributes.aria ?? {}))
    element.setAttribute(`aria-${name}`, value);
  if (attributes.text !== undefined) element.textContent = attributes.text;
  element.append(...children);
  return element;
}

export function icon(name: string): HTMLElement {
  return el('span', { class: `codicon codicon-${name}`, aria: { hidden: 'true' } });
}

/** Sets the text only if it differs, so that the browser does not lay out unchanged elements again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAria(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(`aria-${name}`);
  else if (element.getAttribute(`aria-${name}`) !== value) element.setAttribute(`aria-${name}`, value);
}
