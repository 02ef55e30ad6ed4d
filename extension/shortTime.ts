// A moment of virtual time, as short as it can be said.

/** Nine digits of a second, or six where the last three say nothing. */
export function shortTime(time: string): string {
  return time.replace(/(\.\d{6})000$/, '$1');
}
