/** What the panel remembers when VS Code closes and opens it again. */
import { boolean, object, string, type Shape } from '../shape.ts';

export interface Settings {
  filter: string;
  followStop: boolean;
  autoScroll: boolean;
  /** Part of the height that the list gets. */
  listShare: number;
  /** Part of the width that the list gets where the details are beside it. */
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

/** What was remembered; the defaults if there is nothing, or an older version's state. */
export function readSettings(state: unknown): Settings {
  try {
    return settings(state, 'state');
  } catch {
    return { ...DEFAULTS };
  }
}
