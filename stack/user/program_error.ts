/** A position in a source file. */
export interface SourcePlace {
  file: string;
  /** From 1. */
  line?: number | undefined;
  column?: number | undefined;
}

/** A program that cannot be loaded: the message names the cause and the fix, the place tells where. */
export class ProgramError extends Error {
  override name = 'ProgramError';
  readonly place: SourcePlace;

  constructor(message: string, place: SourcePlace) {
    super(message);
    this.place = place;
  }
}

/** 'FILE:LINE:COLUMN', as far as known: editors and terminals turn it into a link. */
export function place_text({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
