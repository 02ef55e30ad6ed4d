/** The context menu of a column's title. */
import { t } from '../../language.ts';
import type { MenuEntry } from '../../menu.ts';
import type { SortOrder, TimeFormat } from '../../messages.ts';
import { BUILT_IN, isBuiltIn, longTitle } from './columns.ts';
import type { ChosenColumn, PlacedColumn } from './layout.ts';

export interface HeaderMenuEvents {
  onSort: (sort: SortOrder | undefined) => void;
  onTime: (format: TimeFormat) => void;
  onMove: (from: number, to: number) => void;
  onToggle: (id: string, title?: string) => void;
  onFit: (chosen: number) => void;
  onAddField: () => void;
  onReset: () => void;
}

const TIMES: Readonly<Record<TimeFormat, string>> = {
  virtual: t('Virtual Time Since Boot'),
  relative: t('Since the Reference or the First Packet'),
  delta: t('Since the Previous Captured Packet'),
  deltaDisplayed: t('Since the Previous Displayed Packet'),
};
/** What the title of the column "Time" says. */
export const TIME_TITLES: Readonly<Record<TimeFormat, string>> = {
  virtual: t('Time'),
  relative: t('Since ref.'),
  delta: t('Delta'),
  deltaDisplayed: t('Delta disp.'),
};

export function headerMenu(
  { column, chosen }: PlacedColumn,
  columns: readonly ChosenColumn[],
  sort: SortOrder | undefined,
  time: TimeFormat,
  events: HeaderMenuEvents,
): MenuEntry[] {
  const by = column.id;
  const isSorted = sort?.by === by;
  const sortEntry = (label: string, descending: boolean): MenuEntry => ({
    label,
    checked: isSorted && sort.descending === descending,
    isChoice: true,
    run: () => events.onSort({ by, descending }),
  });
  const times = (Object.keys(TIMES) as TimeFormat[]).map((format) => ({
    label: TIMES[format],
    checked: format === time,
    isChoice: true,
    run: () => events.onTime(format),
  }));
  const shown = new Set(columns.map(({ id }) => id));
  const ownColumns = BUILT_IN.filter((id) => id !== 'ends').map((id) => ({
    label: longTitle(id),
    checked: shown.has(id),
    run: () => events.onToggle(id),
  }));
  const fields = columns
    .filter(({ id }) => !isBuiltIn(id))
    .map(({ id, title }) => ({
      label: `${title ?? id} (${id})`,
      checked: true,
      run: () => events.onToggle(id),
    }));
  return [
    sortEntry(t('Sort Ascending'), false),
    sortEntry(t('Sort Descending'), true),
    {
      label: t('In Order of Capture'),
      checked: sort === undefined,
      isChoice: true,
      run: () => events.onSort(undefined),
    },
    'separator',
    ...(by === 'time' ? times : [{ label: t('Time'), entries: times }]),
    'separator',
    { label: t('Columns'), entries: [...ownColumns, ...fields] },
    { label: t('Add a Field as Column…'), run: events.onAddField },
    {
      label: t('Remove This Column'),
      disabled: columns.length === 1,
      run: () => events.onToggle(columns[chosen]!.id),
    },
    'separator',
    {
      label: t('Move Left'),
      key: 'Alt+←',
      disabled: chosen === 0,
      run: () => events.onMove(chosen, chosen - 1),
    },
    {
      label: t('Move Right'),
      key: 'Alt+→',
      disabled: chosen === columns.length - 1,
      run: () => events.onMove(chosen, chosen + 1),
    },
    { label: t('Fit to Content'), run: () => events.onFit(chosen) },
    { label: t('Reset All Columns'), run: events.onReset },
  ];
}
