// A moment of virtual time in its shortest form.

/** Nine digits of a second, or six if the last three are zero. */
export function shortTime(time: string): string {
  return time.replace(/(\.\d{6})000$/, '$1');
}
