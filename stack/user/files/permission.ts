/**
 * What a repeated run may still ask of the host's files: where its log has no answer it has taken another way, or goes on
 * behind the recorded end. It reads there, and changes nothing.
 */
import { constants } from 'node:fs';
import type { World } from '../../world/world.ts';

const READING: ReadonlySet<string> = new Set([
  ...['access', 'close', 'exists', 'fstat', 'glob', 'lstat', 'open', 'read', 'readFile', 'readdir'],
  ...['readlink', 'readv', 'realpath', 'stat', 'statfs'],
]);
const CHANGING_FLAGS =
  constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/** @throws Error, as of a file system that is mounted read-only, or of a descriptor that nobody has opened */
export function check_permission(world: World, name: string, args: readonly unknown[]): void {
  if (!world.inputs.is_replay) return;
  const [file] = args;
  // A number from the log may be that of any file which the debugger has open.
  if (typeof file === 'number' && !world.outside.opened_files.has(file))
    throw failure('EBADF', constants_of.EBADF, name, 'it was opened in the run that is repeated');
  if (!READING.has(name) || !is_reading(flag_of(name, args)))
    throw failure('EROFS', constants_of.EROFS, name, 'a repeated run changes no files of the host');
}

/** Note what the host has opened or closed. */
export function note_opened(world: World, name: string, args: readonly unknown[], value: unknown): void {
  const { opened_files } = world.outside;
  if (name === 'open') opened_files.add(value as number);
  else if (name === 'close') opened_files.delete(args[0] as number);
}

const constants_of = { EBADF: 9, EROFS: 30 } as const;

function flag_of(name: string, args: readonly unknown[]): unknown {
  const given = args[1];
  if (name === 'open') return typeof given === 'function' ? undefined : given;
  return name === 'readFile' && typeof given === 'object' && given !== null && 'flag' in given
    ? given.flag
    : undefined;
}
function is_reading(flag: unknown): boolean {
  if (typeof flag === 'number') return (flag & CHANGING_FLAGS) === 0;
  return flag === undefined || flag === null || flag === 'r' || flag === 'rs' || flag === 'sr';
}

function failure(code: string, errno: number, syscall: string, why: string): Error {
  const what = code === 'EROFS' ? 'read-only file system' : 'bad file descriptor';
  return Object.assign(new Error(`${code}: ${what}, ${syscall}: ${why}`), { code, errno: -errno, syscall });
}
