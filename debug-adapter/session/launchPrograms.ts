/** The programs of a launch request: `program` with its arguments, or `programs`, which run together. */
import { errorPart } from '../../language/userError.ts';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { ProgramSpec } from '../../stack/user/program.ts';
import { LaunchError, show } from './launchError.ts';
import { pathOf, realPath } from './sourceFile.ts';

/** Attributes of a program, at the top level of the configuration or in an entry of `programs`. */
const PROGRAM_ATTRIBUTES = ['program', 'name', 'args', 'env', 'cwd'];

/** @throws LaunchError */
export function parsePrograms(given: Record<string, unknown>): ProgramSpec[] {
  const { programs, cwd } = given;
  if (programs === undefined) {
    // A configuration has a name of its own.
    const { name: _configuration, ...program } = given;
    return [parseProgram(program, 'launch', cwd)];
  }
  if (given['program'] !== undefined)
    throw new LaunchError('launch.program and launch.programs: use one of them');
  if (!Array.isArray(programs) || programs.length === 0)
    throw new LaunchError(
      'launch.programs must be a list such as [{ "program": "server.js" }, { "program": "client.js" }], got {0}',
      show(programs),
    );
  return programs.map((one: unknown, index) => {
    const place = `launch.programs[${index}]`;
    const program = typeof one === 'string' ? { program: one } : one;
    if (typeof program !== 'object' || program === null || Array.isArray(program))
      throw new LaunchError('{0} must be { "program": "server.js" }, got {1}', place, show(one));
    for (const name of Object.keys(program))
      if (!PROGRAM_ATTRIBUTES.includes(name))
        throw new LaunchError(
          '{0}.{1}: there is no such attribute, but {2}',
          place,
          name,
          PROGRAM_ATTRIBUTES.join(', '),
        );
    return parseProgram(program as Record<string, unknown>, place, cwd);
  });
}

function parseProgram(given: Record<string, unknown>, place: string, defaultCwd: unknown): ProgramSpec {
  const cwd = folder(given['cwd'] ?? defaultCwd, `${place}.cwd`);
  return {
    file: programPath(given['program'], `${place}.program`, cwd),
    name: optionalText(given['name'], `${place}.name`),
    args: textList(given['args'], `${place}.args`),
    env: textTable(given['env'], `${place}.env`),
    cwd,
  };
}

function programPath(value: unknown, place: string, cwd: string | undefined): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new LaunchError(
      '{0} must be the path of a scenario or a Node program (a .ts or .js file), got {1}',
      place,
      show(value),
    );
  }
  const file = path.resolve(cwd ?? '', programFile(value, place));
  if (!/\.[cm]?[jt]s$/.test(file))
    throw new LaunchError('{0} must be a .ts or .js file, got {1}', place, show(value));
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new LaunchError('{0}: there is no file {1}', place, file);
  if (!found.isFile()) throw new LaunchError('{0}: {1} is a folder, not a file', place, file);
  return realPath(file);
}

function programFile(value: string, place: string): string {
  try {
    return pathOf(value);
  } catch (error) {
    throw new LaunchError('{0}: {1} names no local file: {2}', place, show(value), errorPart(error));
  }
}

function folder(value: unknown, place: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '')
    throw new LaunchError('{0} must be the path of a folder, got {1}', place, show(value));
  if (!statSync(value, { throwIfNoEntry: false })?.isDirectory())
    throw new LaunchError('{0}: there is no folder {1}', place, value);
  return path.resolve(value);
}

function optionalText(value: unknown, place: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '')
    throw new LaunchError('{0} must be a text, got {1}', place, show(value));
  return value;
}

function textList(value: unknown, place: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw new LaunchError(
      '{0} must be a list of texts such as ["--port", "80"], got {1}',
      place,
      show(value),
    );
  return value as string[];
}

/** A table of texts: numbers are taken as they are written. @throws LaunchError */
export function textTable(value: unknown, place: string): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LaunchError('{0} must be an object such as { "NAME": "value" }, got {1}', place, show(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, unknown]) => {
      if (typeof one !== 'string' && typeof one !== 'number')
        throw new LaunchError('{0}.{1} must be a text, got {2}', place, name, show(one));
      return [name, String(one)];
    }),
  );
}
