/** One row of the packet list as elements, which are created once and reused while the list scrolls. */
import { t } from '../language.ts';
import { el, icon, setAria, setText } from '../dom.ts';
import type { PacketRow } from '../messages.ts';
import { COLOURS } from './colours.ts';
import { fateText } from './columns/columns.ts';
import type { PlacedColumn } from './columns/layout.ts';

export interface RowState {
  index: number;
  selected: boolean;
  /** The machine is processing this packet at this stop. */
  current: boolean;
}

export function createPacketRow(): HTMLElement {
  return el('div', { class: 'row', role: 'row' });
}

/** `packet` is undefined while it is being fetched. */
export function fillPacketRow(
  element: HTMLElement,
  packet: PacketRow | undefined,
  columns: readonly PlacedColumn[],
  state: RowState,
): void {
  element.id = `packet-row-${state.index}`;
  // The header is row 1.
  setAria(element, 'rowindex', String(state.index + 2));
  setAria(element, 'selected', String(state.selected));
  setAria(element, 'busy', packet ? null : 'true');
  setAria(element, 'current', state.current ? 'true' : null);
  const fate = packet ? fateText(packet) : '';
  const colour = packet?.colour;
  const meaning = colour && COLOURS[colour];
  element.className = [
    'row',
    colour,
    packet?.fate === 'in flight' && 'in-flight',
    state.selected && 'selected',
    state.current && 'current',
    packet?.marked && 'marked',
    packet?.isReference && 'reference',
  ]
    .filter(Boolean)
    .join(' ');
  element.dataset['index'] = String(state.index);
  element.dataset['number'] = packet ? String(packet.number) : '';
  makeCells(element, columns);
  for (const [at, { column }] of columns.entries()) {
    const text = packet ? column.text(packet) : at === columns.length - 1 ? '…' : '';
    setText(element.children[at]!.querySelector('.text')!, text);
  }
  const signs: readonly (readonly [string, string])[] = [
    ...(packet?.marked ? [['bookmark', t('marked')] as const] : []),
    ...(packet?.isReference ? [['watch', t('time reference')] as const] : []),
    ...(packet?.comment === undefined ? [] : [['comment', t('comment: {0}', packet.comment)] as const]),
    ...(meaning ? [[meaning.icon, meaning.label] as const] : []),
  ];
  showSigns(element, signs);
  const fateElement = element.querySelector('.fate');
  if (fateElement) setText(fateElement, fate && `[${fate}] `);
  const words = [state.current && t('being handled at this stop'), ...signs.map(([, label]) => label)]
    .filter(Boolean)
    .join(', ');
  element.title = packet ? tooltip(packet, fate, words) : '';
}

function tooltip({ info, drop }: PacketRow, fate: string, words: string): string {
  const line = (fate ? `[${fate}] ` : '') + info + (words && ` (${words})`);
  return drop === undefined ? line : `${line}\n${drop}`;
}

/** Cells are made again only when the columns have changed. */
function makeCells(row: HTMLElement, columns: readonly PlacedColumn[]): void {
  const key = columns.map(({ column }) => column.id).join(' ');
  if (row.dataset['columns'] === key) return;
  row.dataset['columns'] = key;
  const info = columns.findIndex(({ column }) => column.id === 'info');
  const signsAt = info < 0 ? columns.length - 1 : info;
  row.replaceChildren(
    ...columns.map(({ column }, at) => {
      const cell = el('span', {
        class: `cell ${column.name}`,
        role: 'gridcell',
        aria: { colindex: String(at + 1) },
      });
      if (at === 0) cell.append(icon('debug-stackframe'));
      // Next to the info, or in the last column.
      if (at === signsAt) cell.append(el('span', { class: 'signs' }), el('span', { class: 'fate' }));
      cell.append(el('span', { class: 'text' }));
      return cell;
    }),
  );
}

function showSigns(row: HTMLElement, signs: readonly (readonly [string, string])[]): void {
  const place = row.querySelector<HTMLElement>('.signs');
  if (!place) return;
  const key = signs.map(([name, label]) => `${name} ${label}`).join();
  if (place.dataset['signs'] === key) return;
  place.dataset['signs'] = key;
  place.replaceChildren(
    ...signs.flatMap(([name, label]) => [icon(name), el('span', { class: 'spoken', text: `${label}, ` })]),
  );
}
