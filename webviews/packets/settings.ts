/** The panel's settings, which survive closing and reopening it. */
import { boolean, object, string, type Shape } from '../shape.ts';

export interface Settings {
  filter: string;
  followStop: boolean;
  autoScroll: boolean;
  /** The list's share of the height. */
  listShare: number;
  /** The list's share of the width, where the details are beside it. */
  listShareBeside: number;
}

const DEFAULTS: Settings = {
  filter: '',
  followStop: true,
  autoScroll: true,
  listShare: 0.55,
  listShareBeside: 0.68,
};

const share =
  (fallback: number): Shape<number> =>
  (value) =>
    typeof value === 'number' && value > 0 && value < 1 ? value : fallback;
const settings: Shape<Settings> = object<Settings>({
  filter: string,
  followStop: boolean,
  autoScroll: boolean,
  listShare: share(DEFAULTS.listShare),
  listShareBeside: share(DEFAULTS.listShareBeside),
});

/** The saved settings; the defaults if there are none, or if an older version saved them. */
export function readSettings(state: unknown): Settings {
  try {
    return settings(state, 'state');
  } catch {
    return { ...DEFAULTS };
  }
}
