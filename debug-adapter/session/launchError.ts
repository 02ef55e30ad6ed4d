/** An invalid argument of a launch request. */
import { UserError } from '../../language/userError.ts';

export class LaunchError extends UserError {
  override name = 'LaunchError';
}

/** A value as launch.json has it. */
export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
