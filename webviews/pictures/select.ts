/** Drop-down lists of the pictures. */

/** @param label for screen readers */
export function select(label: string, onChange: () => void): HTMLSelectElement {
  const element = document.createElement('select');
  element.setAttribute('aria-label', label);
  element.addEventListener('change', onChange);
  return element;
}

export function option(value: string, text: string): HTMLOptionElement {
  const element = document.createElement('option');
  element.value = value;
  element.text = text;
  return element;
}

/** Fills a list anew, unless it has these options already: one that is open must not be touched. */
export function fillSelect(element: HTMLSelectElement, options: HTMLOptionElement[], value?: string): void {
  const textOf = (all: Iterable<HTMLOptionElement>) => [...all].map(({ text }) => text).join('\n');
  const before = value ?? element.value;
  if (textOf(element.options) !== textOf(options)) element.replaceChildren(...options);
  const wanted = options.some((one) => one.value === before) ? before : (options[0]?.value ?? '');
  if (element.value !== wanted) element.value = wanted;
}
