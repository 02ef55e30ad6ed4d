/** The input log of a world as text, between the adapter and the machine's thread. */
import { deserialize, serialize } from 'node:v8';
import type { InputEntry } from '../../stack/world/inputs.ts';

export function inputText(inputs: readonly InputEntry[]): string {
  return Buffer.from(serialize(inputs)).toString('base64');
}
/** The inverse of inputText(). */
export function readInputs(text: string): InputEntry[] {
  return deserialize(Buffer.from(text, 'base64')) as InputEntry[];
}
