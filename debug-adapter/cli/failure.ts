/** Errors as the user of a program reads them: what they say, and where in the program they originate. */
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { place_text, type SourcePlace } from '../../stack/user/program_error.ts';
import { isScenario } from '../inspect/codeKinds.ts';
import { parseStack } from '../inspect/stackText.ts';

interface Frame {
  name: string;
  place: SourcePlace;
}

/** The calls of the program that led to an error, innermost first; the machine's own are left out. */
function programFrames(error: unknown): Frame[] {
  if (!(error instanceof Error)) return [];
  return parseStack(error.stack ?? '')
    .filter(({ url }) => isScenario(url))
    .map(({ name, url, line, column }) => {
      const file = url.startsWith('file:') ? fileURLToPath(url) : url;
      return { name, place: { file, line, column } };
    });
}

/** `FILE:LINE:COLUMN` in the program where an error was made; undefined: outside of it. */
export function failurePlace(error: unknown): string | undefined {
  const [top] = programFrames(error);
  return top === undefined ? undefined : place_text(top.place);
}

/** 'TypeError: MESSAGE', with the error's code if the message does not have it; for other values their text. */
function headOf(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const { name, message } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  const told = (typeof code !== 'string' && typeof code !== 'number') || message.includes(String(code));
  return `${name}${told ? '' : ` [${code}]`}${message === '' ? '' : `: ${message}`}`;
}

/** An error, its frames in the program, and the errors that caused it. */
export function failureText(error: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  for (let next = error; next !== undefined && !seen.has(next);) {
    seen.add(next);
    const frames = programFrames(next).map(({ name, place }) =>
      name === '(anonymous)' ? `\n    at ${place_text(place)}` : `\n    at ${name} (${place_text(place)})`,
    );
    texts.push(headOf(next) + frames.join(''));
    next = next instanceof Error ? next.cause : undefined;
  }
  return texts.join('\n  caused by ');
}

/**
 * An error outside of every process, by code at the top level of the program's file: its place comes first.
 * An error without a frame in the program is a defect of the machine: its whole stack is shown.
 */
export function topLevelFailureText(error: unknown, file: string): string {
  const [top] = programFrames(error);
  if (top === undefined && error instanceof Error && isOwnDefect(error)) return inspect(error);
  return `${place_text(top?.place ?? { file })}: the program threw ${failureText(error)}`;
}
function isOwnDefect(error: Error): boolean {
  const [innermost] = parseStack(error.stack ?? '').filter(({ url }) => !url.startsWith('node:'));
  return innermost !== undefined;
}
