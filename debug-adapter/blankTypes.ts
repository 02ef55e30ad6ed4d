/** Blanks the types of a TypeScript file: each becomes spaces, so that lines and columns stay. */
import amaro from 'amaro';

/** @throws an Error that says where, for syntax that can't be blanked out (enum, namespace, parameter properties) */
export function blankTypes(source: string, _filename: string): string {
  try {
    return amaro.transformSync(source, { mode: 'strip-only' }).code;
  } catch (error) {
    const { message, startLine, startColumn } = error as {
      message?: string;
      startLine?: number;
      startColumn?: number;
    };
    const where = startLine === undefined ? '' : `line ${startLine}, column ${(startColumn ?? 0) + 1}: `;
    throw new Error(`${where}${message ?? String(error)}`);
  }
}
