/** One row of the comparison as elements: a sign for what it is, and the packet of each side. */
import { el, icon, setAria, setText } from '../dom.ts';
import { t } from '../language.ts';
import { endsText, infoText } from '../packets/ends.ts';
import type { ComparedPacket, ComparedRow, RowState, Side } from './messages.ts';

const SIDES = ['left', 'right'] as const;
const ICONS: Readonly<Record<RowState, string>> = {
  same: '',
  changed: 'diff-modified',
  left: 'diff-removed',
  right: 'diff-added',
};

interface SideColumn {
  readonly name: string;
  readonly title: string;
  readonly text: (packet: ComparedPacket) => string;
}

function sideColumns(): readonly SideColumn[] {
  return [
    { name: 'number', title: t('No'), text: ({ number }) => String(number) },
    { name: 'time', title: t('Time'), text: ({ time }) => time },
    { name: 'ends', title: t('From → To'), text: endsText },
    { name: 'protocol', title: t('Protocol'), text: ({ protocol }) => protocol },
    { name: 'info', title: t('Info'), text: infoText },
  ];
}

export interface ColumnTitle {
  name: string;
  text: string;
  spoken: string;
}

/** The last column of a side has the capture's name, too. */
export function columnTitles(left: string, right: string): ColumnTitle[] {
  const of = (side: Side, capture: string) =>
    sideColumns().map(({ name, title }) => ({
      name: `${name} ${side}`,
      text: name === 'info' ? `${title} · ${capture}` : title,
      spoken: t('{0} in {1}', title, capture),
    }));
  return [{ name: 'state', text: '', spoken: t('What differs') }, ...of('left', left), ...of('right', right)];
}

/** What a screen reader says of a row; nothing where both sides are the same. */
export function stateText(state: RowState): string {
  switch (state) {
    case 'same':
      return '';
    case 'changed':
      return t('differs');
    case 'left':
      return t('only on the left');
    case 'right':
      return t('only on the right');
  }
}

export function createRow(): HTMLElement {
  return el('div', { class: 'row', role: 'row' }, [
    el('span', { class: 'cell state', role: 'gridcell' }),
    ...SIDES.flatMap((side) =>
      sideColumns().map(({ name }) => el('span', { class: `cell ${name} ${side}`, role: 'gridcell' })),
    ),
  ]);
}

/** @param row undefined while it is fetched */
export function fillRow(
  element: HTMLElement,
  index: number,
  row: ComparedRow | undefined,
  selected: boolean,
): void {
  element.id = `compared-row-${index}`;
  element.dataset['index'] = String(index);
  const state = row?.state ?? 'same';
  element.className = ['row', state, selected && 'selected'].filter(Boolean).join(' ');
  // The header is row 1.
  setAria(element, 'rowindex', String(index + 2));
  setAria(element, 'selected', String(selected));
  setAria(element, 'busy', row ? null : 'true');
  const [sign, ...cells] = element.children;
  showSign(sign!, state);
  const columns = sideColumns();
  for (const [at, side] of SIDES.entries()) {
    const packet = row?.[side];
    for (const [column, { text }] of columns.entries())
      setText(cells[at * columns.length + column]!, packet ? text(packet) : '');
  }
  element.title = SIDES.map((side) => row?.[side]?.info)
    .filter(Boolean)
    .join('\n');
}

function showSign(cell: Element, state: RowState): void {
  if ((cell as HTMLElement).dataset['state'] === state) return;
  (cell as HTMLElement).dataset['state'] = state;
  cell.replaceChildren(
    ...(state === 'same'
      ? []
      : [icon(ICONS[state]), el('span', { class: 'spoken', text: stateText(state) })]),
  );
}
