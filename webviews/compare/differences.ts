/** What differs in the selected row: a table of fields with the values of both sides. */
import { el, setText } from '../dom.ts';
import { t } from '../language.ts';
import { button } from '../toolkit.ts';
import type { ComparedRow, FieldDifference, Side } from './messages.ts';

export interface DifferencesEvents {
  onGoTo: (side: Side, number: number) => void;
  onCopy: (text: string) => void;
}

export class Differences {
  readonly element: HTMLElement;
  private readonly events: DifferencesEvents;
  private readonly sentence = el('h2');
  private readonly buttons = el('div', { class: 'buttons' });
  private readonly table = el('table');
  private names: Record<Side, string> = { left: '', right: '' };

  constructor(events: DifferencesEvents) {
    this.events = events;
    this.element = el('section', { class: 'differences', tab: 0, aria: { label: t('What differs') } }, [
      el('div', { class: 'about' }, [this.sentence, this.buttons]),
      this.table,
    ]);
    this.clear();
  }

  setNames(left: string, right: string): void {
    this.names = { left, right };
  }

  clear(): void {
    this.show(undefined, []);
  }

  /** @param fields those that differ, if both sides have the packet */
  show(row: ComparedRow | undefined, fields: readonly FieldDifference[]): void {
    setText(this.sentence, row ? this.said(row, fields) : '');
    this.buttons.replaceChildren(
      ...(['left', 'right'] as const).flatMap((side) => {
        const packet = row?.[side];
        if (!packet) return [];
        const label = t('Show Packet {0} in {1}', packet.number, this.names[side]);
        const { number } = packet;
        return [
          button({ label, icon: 'go-to-file', onClick: () => this.events.onGoTo(side, number) }).element,
        ];
      }),
      ...(fields.length > 0
        ? [button({ label: t('Copy'), icon: 'copy', onClick: () => this.copy(row!, fields) }).element]
        : []),
    );
    this.table.hidden = fields.length === 0;
    this.table.replaceChildren(...(fields.length > 0 ? this.tableOf(fields) : []));
  }

  private said({ state, left, right }: ComparedRow, fields: readonly FieldDifference[]): string {
    const { names } = this;
    switch (state) {
      case 'same':
        return t(
          'Packet {0} and packet {1} are the same, but for what is ignored.',
          left!.number,
          right!.number,
        );
      case 'changed':
        return fields.length === 1
          ? t('Packet {0} and packet {1} differ in one field.', left!.number, right!.number)
          : t('Packet {0} and packet {1} differ in {2} fields.', left!.number, right!.number, fields.length);
      case 'left':
        return t('Packet {0} is only in {1}: {2}', left!.number, names.left, left!.info);
      case 'right':
        return t('Packet {0} is only in {1}: {2}', right!.number, names.right, right!.info);
    }
  }

  private tableOf(fields: readonly FieldDifference[]): HTMLElement[] {
    const { left, right } = this.names;
    const heading = (text: string) => {
      const cell = el('th', { text });
      cell.setAttribute('scope', 'col');
      return cell;
    };
    const titles = [t('Field'), t('Filter name'), left, right];
    return [
      el('thead', {}, [el('tr', {}, titles.map(heading))]),
      el(
        'tbody',
        {},
        fields.map((one) =>
          el('tr', {}, [
            el('td', { text: one.title }),
            el('td', { class: 'code', text: one.field }),
            valueCell('left', one.left),
            valueCell('right', one.right),
          ]),
        ),
      ),
    ];
  }

  private copy(row: ComparedRow, fields: readonly FieldDifference[]): void {
    const lines = fields.map(
      ({ field, left, right }) => `${field}: ${left ?? t('(not there)')} | ${right ?? t('(not there)')}`,
    );
    this.events.onCopy([this.said(row, fields), ...lines].join('\n'));
  }
}

function valueCell(side: Side, value: string | undefined): HTMLElement {
  return el('td', {
    class: value === undefined ? 'missing' : `code value ${side}`,
    text: value ?? t('(not there)'),
  });
}
