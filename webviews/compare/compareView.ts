/** The page that lays two captures side by side: what is ignored, the packets of both, and what differs in one pair. */
import { el, setText } from '../dom.ts';
import { t } from '../language.ts';
import { button, checkbox } from '../toolkit.ts';
import { Differences } from './differences.ts';
import { Host, type Announcement } from './host.ts';
import { Ignoring } from './ignoring.ts';
import type { Aspect, CompareSummary, SideState, ToCompareOf } from './messages.ts';
import { RowList } from './rowList.ts';
import { RowPages } from './rowPages.ts';

export class CompareView {
  private readonly root: HTMLElement;
  private readonly host = new Host((message) => this.announced(message));
  private readonly heading = el('h1', { class: 'spoken', text: t('Comparison of captures') });
  private readonly status = el('span', { class: 'status', role: 'status' });
  private readonly problem = el('p', { class: 'problem', role: 'alert' });
  private readonly notes = el('p', { class: 'notes' });
  private readonly ignoring = new Ignoring((ignored) => void this.compareAgain(ignored));
  private readonly pages = new RowPages({
    fetch: async (from, count) => {
      const { rows, total } = await this.host.getRows(from, count, this.onlyDifferences);
      this.list.setCount(total);
      return rows;
    },
    onRows: () => this.list.render(),
    onFailed: (error) => this.failed(error),
  });
  private readonly list = new RowList({
    row: (index) => this.pages.get(index),
    onRange: (first, last) => this.pages.want(first, last),
    onSelect: (index) => void this.showSelected(index),
  });
  private readonly differences = new Differences({
    onGoTo: (side, number) => this.host.post({ type: 'goTo', side, number }),
    onCopy: (text) => this.host.post({ type: 'copy', text, what: t('what differs') }),
  });
  private summary: CompareSummary | undefined;
  private onlyDifferences = false;
  /** The selected row among all. */
  private selected = -1;
  /** Answers to earlier questions say nothing any more. */
  private questions = 0;

  constructor(root: HTMLElement) {
    this.root = root;
  }

  start(): void {
    const step = (label: string, glyph: string, key: string, backwards: boolean) =>
      button({
        label,
        icon: glyph,
        iconOnly: true,
        tooltip: `${label} (${key})`,
        onClick: () => void this.step(backwards),
      }).element;
    const only = checkbox(
      t('Only differences'),
      t('Leave out the packets that are the same on both sides'),
      false,
      (on) => void this.showOnly(on),
    );
    this.problem.hidden = this.notes.hidden = true;
    this.root.append(
      el('header', { class: 'toolbar' }, [
        this.heading,
        el('div', { class: 'group' }, [
          step(t('Previous Difference'), 'arrow-up', 'Shift+F7', true),
          step(t('Next Difference'), 'arrow-down', 'F7', false),
          only.element,
        ]),
        this.status,
        this.ignoring.element,
      ]),
      this.problem,
      this.notes,
      el('main', {}, [this.list.element, this.differences.element]),
    );
    this.host.post({ type: 'ready' });
  }

  private announced(message: Announcement): void {
    if (message.type === 'step') return void this.step(message.backwards);
    this.changed(message);
  }

  private changed({
    left,
    right,
    done,
    isOver,
    problem,
    summary,
    most,
    cutAt,
    ignored,
  }: ToCompareOf<'changed'>): void {
    this.list.setNames(left.name, right.name);
    this.differences.setNames(left.name, right.name);
    show(this.problem, [problem, ...[left, right].map(damage)]);
    show(this.notes, [
      most !== undefined && t('The first {0} packets of each side are compared.', most.toLocaleString('en')),
      cutAt !== undefined &&
        t('The first {0} bytes of each packet are compared: of some no more was captured.', cutAt),
    ]);
    if (problem !== undefined) return setText(this.status, '');
    if (!isOver || !summary) return setText(this.status, t('Comparing… {0} %', Math.floor(done * 100)));
    if (this.summary) return;
    this.ignoring.show(ignored);
    void this.laidOut(summary);
  }

  /** There is a comparison, or another one: its first difference is shown. */
  private async laidOut(summary: CompareSummary): Promise<void> {
    this.summary = summary;
    const { rows, changed, left, right, first } = summary;
    setText(this.status, summaryText(summary));
    this.pages.forget();
    this.list.setCount(this.onlyDifferences ? changed + left + right : rows);
    this.list.select(-1);
    this.differences.clear();
    if (first !== undefined) await this.reveal(first);
    this.list.focus();
  }

  private async compareAgain(ignored: Aspect[]): Promise<void> {
    setText(this.status, t('Comparing…'));
    await this.attempt(async () => this.laidOut(await this.host.ignore(ignored)));
  }

  private async showOnly(on: boolean): Promise<void> {
    this.onlyDifferences = on;
    const { selected, summary } = this;
    if (!summary) return;
    this.pages.forget();
    this.list.setCount(on ? summary.changed + summary.left + summary.right : summary.rows);
    if (selected >= 0) await this.attempt(() => this.reveal(selected));
  }

  private step(backwards: boolean): Promise<void> {
    return this.attempt(async () => {
      if (!this.summary) return;
      const index = await this.host.next(this.selected, backwards);
      if (index === undefined) setText(this.status, summaryText(this.summary));
      else await this.reveal(index);
    });
  }

  /** Selects a row, by its place among all, and shows what differs in it. */
  private async reveal(index: number): Promise<void> {
    const place = await this.showRow(index);
    this.list.select(this.onlyDifferences ? (place ?? -1) : index);
  }

  /** @param at the place in the list */
  private showSelected(at: number): Promise<void> {
    return this.attempt(async () => {
      const index = this.onlyDifferences ? this.pages.get(at)?.index : at;
      if (index !== undefined) await this.showRow(index);
    });
  }

  /** @returns its place among the rows that are not the same */
  private async showRow(index: number): Promise<number | undefined> {
    const question = ++this.questions;
    this.selected = index;
    const { row, fields, place } = await this.host.getRow(index);
    if (question === this.questions) this.differences.show(row, fields);
    return place;
  }

  private async attempt(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    setText(this.status, error instanceof Error ? error.message : String(error));
  }
}

function show(element: HTMLElement, texts: readonly (string | false | undefined)[]): void {
  const text = texts.filter(Boolean).join(' ');
  setText(element, text);
  element.hidden = text === '';
}

function damage({ name, problem }: SideState): string | undefined {
  return problem === undefined ? undefined : t('{0}: {1}', name, problem);
}

/** `Differences: 12 in 340 rows (changed: 3, only on the left: 4, only on the right: 5)` */
function summaryText({ rows, changed, left, right }: CompareSummary): string {
  const number = (count: number) => count.toLocaleString('en');
  const differences = changed + left + right;
  if (differences === 0) return t('No difference in {0} packets, but for what is ignored', number(rows));
  return t(
    'Differences: {0} in {1} rows (changed: {2}, only on the left: {3}, only on the right: {4})',
    number(differences),
    number(rows),
    number(changed),
    number(left),
    number(right),
  );
}
