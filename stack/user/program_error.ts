/** Where in a source file something is. */
export interface SourcePlace {
  file: string;
  /** From 1. */
  line?: number | undefined;
  column?: number | undefined;
}

/** A program that can't be loaded: the message names the cause and the cure, the place says where. */
export class ProgramError extends Error {
  override name = 'ProgramError';
  readonly place: SourcePlace;

  constructor(message: string, place: SourcePlace) {
    super(message);
    this.place = place;
  }
}

/** 'FILE:LINE:COLUMN' as far as it is known: editors and terminals make a link of it. */
export function place_text({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
