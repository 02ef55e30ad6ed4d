/** A program that cannot be loaded, and where. */
import { ToldError, type Told } from '../lib/told.ts';

/** A position in a source file. */
export interface SourcePlace {
  file: string;
  /** From 1. */
  line?: number | undefined;
  column?: number | undefined;
}

/** A program that cannot be loaded: the message names the cause and the fix, the place tells where. */
export class ProgramError extends ToldError {
  override name = 'ProgramError';
  readonly place: SourcePlace;
  /** Node's code of such an error, by which a program that imports at run time tells what is wrong. */
  readonly code: string | undefined;

  constructor(said: Told, place: SourcePlace, code?: string) {
    super(said);
    this.place = place;
    this.code = code;
  }
}

/** 'FILE:LINE:COLUMN', as far as known: editors and terminals turn it into a link. */
export function place_text({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
