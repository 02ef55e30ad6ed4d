/** A filter condition that does not parse: tells where, and what is valid. */
export class ConditionError extends Error {
  override name = 'ConditionError';
  /** Where in the text, from 0. */
  readonly position: number;

  constructor(problem: string, text: string, position: number, example: string) {
    const where =
      position >= text.length ? 'at the end' : `at "${text.slice(position, position + 20).trim()}"`;
    super(`${problem} ${where} of the condition "${text}" (character ${position + 1}). ${example}`);
    this.position = position;
  }
}
