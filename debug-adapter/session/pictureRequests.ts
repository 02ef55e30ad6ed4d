/** The custom request about pictures. */
import type { PictureArguments, PictureResponse } from '../protocol.ts';
import type { Run } from './run.ts';

export async function picture(run: Run, { picture }: PictureArguments): Promise<PictureResponse> {
  return { data: await run.debuggee.ask('pictures.data', picture) };
}
