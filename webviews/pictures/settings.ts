/** The view's settings, which survive closing and reopening it. */
import type { DrawnId } from '../../debug-adapter/protocol.ts';
import { boolean, object, oneOf, optional, string, type Shape } from '../shape.ts';
import { PICTURE_IDS } from './messages.ts';

export interface Settings {
  /** The picture that is shown. */
  picture: DrawnId;
  /** As a table. */
  asTable: boolean;
  /** The NIC that the user wants to see. */
  nic?: string | undefined;
}

const DEFAULTS: Settings = { picture: 'queues', asTable: false };
const settings: Shape<Settings> = object<Settings>({
  picture: oneOf(...PICTURE_IDS),
  asTable: boolean,
  nic: optional(string),
});

/** The saved settings; the defaults if there are none, or if another version saved them. */
export function readSettings(state: unknown): Settings {
  try {
    return settings(state, 'state');
  } catch {
    return { ...DEFAULTS };
  }
}
