/** Where a request has a file written. */
import { isAbsolute } from 'node:path';
import { UserError } from '../../language/userError.ts';

/**
 * What is relative would be so to the adapter's own folder, of which a client knows nothing.
 *
 * @throws an error for the user for a relative path, or none
 */
export function checkPath(command: string, path: string): void {
  if (!isAbsolute(path)) throw new UserError('{0} needs the absolute path of the file to write', command);
}
