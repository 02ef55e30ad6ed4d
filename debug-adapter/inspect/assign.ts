/** Changing a field to a value typed by the user. */
import { message } from '../../language/message.ts';
import { UserError } from '../../language/userError.ts';
import type { FieldKind } from './fieldKind.ts';
import { parseNumber } from './fieldKind.ts';
import type { KernelNames } from './kernelNames.ts';

/** @throws an error that tells what is expected */
export function assign(
  owner: object,
  name: string,
  text: string,
  kind: FieldKind | undefined,
  kernel: KernelNames,
): void {
  const target = owner as Record<string, unknown>;
  const value = target[name];
  if (typeof value === 'number') target[name] = numberFrom(text, name, kind, kernel);
  else if (typeof value === 'boolean') target[name] = booleanFrom(text, name);
  else if (typeof value === 'string') target[name] = stringFrom(text);
  else throw new UserError('{0} cannot be changed: only numbers, booleans and texts can', name);
}

function numberFrom(text: string, name: string, kind: FieldKind | undefined, kernel: KernelNames): number {
  const number = kind?.parse(text) ?? parseNumber(text) ?? kernel.number(text.trim());
  if (number === undefined || Number.isNaN(number)) {
    throw new UserError('{0} takes {1}, not "{2}"', name, kind?.expects ?? message('a number'), text);
  }
  return number;
}
function booleanFrom(text: string, name: string): boolean {
  if (/^\s*(true|1)\s*$/i.test(text)) return true;
  if (/^\s*(false|0)\s*$/i.test(text)) return false;
  throw new UserError('{0} takes true or false, not "{1}"', name, text);
}
function stringFrom(text: string): string {
  const quoted = /^\s*(["'])(.*)\1\s*$/.exec(text);
  return quoted ? quoted[2]! : text;
}
