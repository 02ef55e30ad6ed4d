/** An invalid argument of a launch request. */
export class LaunchError extends Error {
  override name = 'LaunchError';
}

/** A value as launch.json has it. */
export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
