/** Blanks the types of a TypeScript file: each becomes spaces, so that lines and columns stay. */
import amaro from 'amaro';
import { SourceError } from '../stack/user/program_error.ts';

/** What to write instead of TypeScript that makes code, and so cannot be blanked. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/enum/i, 'write a const object instead: const Color = { red: 0, green: 1 } as const'],
  [/namespace|module/i, 'put its content into a file of its own and import that'],
  [/parameter propert/i, 'declare the field in the class and assign it in the constructor'],
  [/import.*=|export =/i, "write import … from '…' and export instead"],
  [/decorator/i, 'call the function on the class after its definition instead'],
];

/** @throws SourceError that says where, for syntax that can't be blanked out (enum, namespace, parameter properties) */
export function blankTypes(source: string, _filename: string): string {
  try {
    return amaro.transformSync(source, { mode: 'strip-only' }).code;
  } catch (error) {
    const { message, startLine, startColumn } = error as {
      message?: string;
      startLine?: number;
      startColumn?: number;
    };
    const said = message ?? String(error);
    const cure = CURES.find(([pattern]) => pattern.test(said))?.[1];
    throw new SourceError(
      cure === undefined ? said : `${said}: ${cure}`,
      startLine,
      startLine === undefined ? undefined : (startColumn ?? 0) + 1,
    );
  }
}
