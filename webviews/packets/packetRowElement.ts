/** One row of the packet list as elements, which are created once and reused while the list scrolls. */
import { el, icon, setAria, setText } from '../dom.ts';
import type { PacketRow } from '../messages.ts';
import { COLUMNS, fateText, tintOf } from './columns.ts';

export interface RowState {
  index: number;
  selected: boolean;
  /** The machine is processing this packet at this stop. */
  current: boolean;
}

export function createPacketRow(): HTMLElement {
  const cells = COLUMNS.map(({ name }, at) =>
    el('span', { class: `cell ${name}`, role: 'gridcell', aria: { colindex: String(at + 1) } }),
  );
  cells[0]!.append(icon('debug-stackframe'), el('span', { class: 'text' }));
  cells.at(-1)!.append(el('span', { class: 'fate' }), el('span', { class: 'text' }));
  return el('div', { class: 'row', role: 'row' }, cells);
}

/** `packet` is undefined while it is being fetched. */
export function fillPacketRow(element: HTMLElement, packet: PacketRow | undefined, state: RowState): void {
  element.id = `packet-row-${state.index}`;
  // The header is row 1.
  setAria(element, 'rowindex', String(state.index + 2));
  setAria(element, 'selected', String(state.selected));
  setAria(element, 'busy', packet ? null : 'true');
  setAria(element, 'current', state.current ? 'true' : null);
  const fate = packet ? fateText(packet) : '';
  element.className = [
    'row',
    packet && tintOf(packet),
    packet?.fate === 'in flight' && 'in-flight',
    state.selected && 'selected',
    state.current && 'current',
    packet?.marked && 'marked',
  ]
    .filter(Boolean)
    .join(' ');
  element.dataset['index'] = String(state.index);
  const cells = element.children;
  for (const [at, column] of COLUMNS.entries()) {
    const cell = cells[at]!;
    const text = packet ? column.text(packet) : at === COLUMNS.length - 1 ? '…' : '';
    setText(cell.querySelector('.text') ?? cell, text);
  }
  setText(cells[COLUMNS.length - 1]!.querySelector('.fate')!, fate && `[${fate}] `);
  const handled = state.current ? ' (being handled at this stop)' : '';
  element.title = packet ? (fate ? `[${fate}] ` : '') + packet.info + handled : '';
}
