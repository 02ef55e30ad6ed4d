/**
 * Blanks the types of a TypeScript file: each is replaced by spaces, so that lines and columns stay the same.
 */
import amaro from 'amaro';
import type { Blanked } from '../stack/user/program.ts';

/** Replacements to suggest for TypeScript syntax that generates code and so cannot be blanked. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/enum/i, 'write a const object instead: const Color = { red: 0, green: 1 } as const'],
  [/namespace|module/i, 'put its content into a file of its own and import that'],
  [/parameter propert/i, 'declare the field in the class and assign it in the constructor'],
  [/import.*=|export =/i, "write import … from '…' and export instead"],
];

export function blankTypes(source: string): Blanked {
  try {
    return { code: amaro.transformSync(source, { mode: 'strip-only' }).code };
  } catch (thrown) {
    const { message, startLine, startColumn } = thrown as {
      message?: string;
      startLine?: number;
      startColumn?: number;
    };
    const said = message ?? String(thrown);
    const cure = CURES.find(([pattern]) => pattern.test(said))?.[1];
    const error = cure === undefined ? said : `${said}: ${cure}`;
    return startLine === undefined ? { error } : { error, line: startLine, column: (startColumn ?? 0) + 1 };
  }
}
