/** The states' data, checked. */
import type { StateChange, StatesData, StateSocket } from '../../../debug-adapter/protocol.ts';
import { array, boolean, count, object, oneOf, optional, string } from '../../shape.ts';

export const statesData = object<StatesData>({
  picture: oneOf('states'),
  sockets: array(
    object<StateSocket>({
      socket: string,
      name: string,
      state: string,
      detail: optional(string),
      packetFilter: optional(string),
    }),
  ),
  leftOut: count,
  changes: array(
    object<StateChange>({
      event: count,
      time: string,
      socket: string,
      name: string,
      from: string,
      to: string,
      isTimeWait: optional(boolean),
      isNew: boolean,
    }),
  ),
});
