/** The sources of programs: types blanked (each becomes spaces, so that lines and columns stay), syntax errors found. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Blanked, SourceTools } from '../stack/user/program.ts';

/** Of the host's process: a program that runs has one of its own. */
const { getBuiltinModule } = process;
/** Packages are loaded when a source needs them, which for one of them takes a fifth of what a machine takes to load. */
const require = createRequire(import.meta.url);

/** Replacements to suggest for TypeScript syntax that generates code and so cannot be blanked. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/enum/i, 'write a const object instead: const Color = { red: 0, green: 1 } as const'],
  [/namespace|module/i, 'put its content into a file of its own and import that'],
  [/parameter propert/i, 'declare the field in the class and assign it in the constructor'],
  [/import.*=|export =/i, "write import … from '…' and export instead"],
];

function blankTypes(source: string): Blanked {
  try {
    const amaro = require('amaro') as typeof import('amaro');
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

/** V8 does not tell a loader where a module has a syntax error, but it tells a user of `node --check`. */
function syntaxPlace(code: string): { line: number; column: number } | undefined {
  // Loaded only here: it loads Node's network modules, which a machine's thread adapts before anybody else does.
  const { spawnSync } = getBuiltinModule('child_process');
  const folder = mkdtempSync(path.join(tmpdir(), 'sockscope-'));
  try {
    const file = path.join(folder, 'module.mjs');
    writeFileSync(file, code);
    const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    // `FILE:LINE`, the line, and carets below the place.
    const found = /module\.mjs:(\d+)\n.*\n( *)\^/.exec(stderr ?? '');
    return found === null ? undefined : { line: Number(found[1]), column: found[2]!.length + 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As Node's own loader finds them. */
function commonJsExports(code: string): { exports: readonly string[]; reexports: readonly string[] } {
  const { initSync, parse } = require('cjs-module-lexer') as typeof import('cjs-module-lexer');
  initSync();
  try {
    return parse(code);
  } catch {
    // The module's own evaluation reports what is wrong with it.
    return { exports: [], reexports: [] };
  }
}

export const sourceTools: SourceTools = {
  blankTypes,
  syntaxPlace,
  resolveImport: (specifier, from) => import.meta.resolve(specifier, from),
  commonJsExports,
};
