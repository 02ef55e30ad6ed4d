/** A picture's table, in place of the picture. */
import { t } from '../language.ts';
import { el } from '../dom.ts';
import type { Table } from './picture.ts';

export class TableView {
  readonly element = el('div', { class: 'table', tab: 0, role: 'region', aria: { label: t('Table') } });
  private shown = '';

  show(table: Table): void {
    const text = JSON.stringify(table);
    // The reader's place and selection in the table stay.
    if (text === this.shown) return;
    this.shown = text;
    const { caption, headers, rows } = table;
    const head = el(
      'tr',
      {},
      headers.map((header) => scoped('col', header)),
    );
    const body = rows.map((cells) =>
      el(
        'tr',
        {},
        cells.map((cell) => el('td', { text: cell })),
      ),
    );
    this.element.replaceChildren(
      el('table', {}, [el('caption', { text: caption }), el('thead', {}, [head]), el('tbody', {}, body)]),
    );
  }
}

function scoped(scope: string, text: string): HTMLElement {
  const header = el('th', { text });
  header.setAttribute('scope', scope);
  return header;
}
