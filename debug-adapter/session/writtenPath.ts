/** Where a request has a file written. */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { UserError } from '../../language/userError.ts';

/**
 * What is relative would be so to the adapter's own folder, of which a client knows nothing.
 *
 * @throws an error for the user for a relative path, or none, and for a folder that is not there: before the work
 * whose result is to be written
 */
export async function checkPath(command: string, path: string): Promise<void> {
  if (!isAbsolute(path)) throw new UserError('{0} needs the absolute path of the file to write', command);
  const folder = dirname(path);
  if (!(await isFolder(folder)))
    throw new UserError('There is no folder {0}: create it, or choose another one for the file.', folder);
}
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
