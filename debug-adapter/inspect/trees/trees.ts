/** The three trees of the Debug side bar. */
import type { Machine } from '../../../stack/machine.ts';
import type { Describer } from '../describe.ts';
import type { Stops } from '../stops.ts';

export class Trees {
  constructor(_machine: Machine, _describer: Describer, _stops: Stops) {}
  stopped(): void {}
}
