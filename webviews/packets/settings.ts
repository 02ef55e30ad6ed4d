/** The panel's settings, which survive closing and reopening it. */
import type { SortOrder, TimeFormat } from '../messages.ts';
import { array, boolean, object, oneOf, optional, positive, string, type Shape } from '../shape.ts';
import { DEFAULT_COLUMNS, type ChosenColumn } from './columns/layout.ts';

export interface Settings {
  filter: string;
  followStop: boolean;
  autoScroll: boolean;
  /** The list's share of the height. */
  listShare: number;
  /** The list's share of the width, where the details are beside it. */
  listShareBeside: number;
  columns: ChosenColumn[];
  /** The order of capture if omitted. */
  sort?: SortOrder;
  time: TimeFormat;
  /** Filters that were used, the newest first. */
  history: string[];
}

const DEFAULTS: Settings = {
  filter: '',
  followStop: true,
  autoScroll: true,
  listShare: 0.55,
  listShareBeside: 0.68,
  columns: [...DEFAULT_COLUMNS],
  time: 'virtual',
  history: [],
};

const share =
  (fallback: number): Shape<number> =>
  (value) =>
    typeof value === 'number' && value > 0 && value < 1 ? value : fallback;
const column = object<ChosenColumn>({
  id: string,
  title: optional(string),
  width: optional(positive),
  isAsked: optional(boolean),
});
/** What is missing or wrong is the default. */
const or =
  <T>(shape: Shape<T>, fallback: T): Shape<T> =>
  (value, path) => {
    try {
      return shape(value, path);
    } catch {
      return fallback;
    }
  };
const settings: Shape<Settings> = object<Settings>({
  filter: string,
  followStop: boolean,
  autoScroll: boolean,
  listShare: share(DEFAULTS.listShare),
  listShareBeside: share(DEFAULTS.listShareBeside),
  columns: or(array(column), DEFAULTS.columns),
  sort: or(optional(object<SortOrder>({ by: string, descending: boolean })), undefined),
  time: or(oneOf('virtual', 'relative', 'delta', 'deltaDisplayed'), 'virtual'),
  history: or(array(string), []),
});

/** The saved settings; the defaults if there are none, or if an older version saved them. */
export function readSettings(state: unknown): Settings {
  try {
    return settings(state, 'state');
  } catch {
    return { ...DEFAULTS };
  }
}
