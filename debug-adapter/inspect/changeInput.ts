/** Inputs that the debugger makes: what the user changes at a stop. */
import type { Input } from '../../stack/world/inputs.ts';

const KINDS = ['edit', 'bytes', 'change', 'inject', 'sysctl', 'seed', 'evaluation'] as const;

export type ChangeInput = Extract<Input, { kind: (typeof KINDS)[number] }>;

export function isChange(input: Input): input is ChangeInput {
  return (KINDS as readonly string[]).includes(input.kind);
}
