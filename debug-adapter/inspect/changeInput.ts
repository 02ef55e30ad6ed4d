/** Inputs that the debugger makes: what the user changes. */
import type { Input, InputEntry } from '../../stack/world/inputs.ts';

const KINDS = ['edit', 'bytes', 'change', 'inject', 'sysctl', 'seed', 'evaluation'] as const;

export type ChangeInput = Extract<Input, { kind: (typeof KINDS)[number] }>;

export function isChange(input: Input): input is ChangeInput {
  return (KINDS as readonly string[]).includes(input.kind);
}
/** Whether it was made at a stop: who repeats the run makes it there. */
export function isOfStop({ input, while_running = false }: InputEntry): boolean {
  return isChange(input) && !while_running;
}
