/** The process that compares two capture files for a client: its memory is its own, and goes with it. */
import { errorText } from '../../language/userError.ts';
import { translator } from '../../language/message.ts';
import { readBundle } from '../language.ts';
import type { CompareProgress, CompareRequests } from '../packets/compare/data.ts';
import { CompareReader } from './compareReader.ts';

const [left, right, locale] = process.argv.slice(2);
const t = translator(readBundle(locale));
const tell = (message: object): void => void process.send?.(message);

if (left === undefined || right === undefined || !process.send) {
  console.error('This process is started by an editor that compares two capture files, which it gives.');
  process.exit(2);
}

let last: CompareProgress | undefined;
const reader = new CompareReader(t, (progress) => {
  last = progress;
  tell({ progress });
});
reader.compare(left, right).catch((error: unknown) => {
  const nothing = { packets: 0, read: 0, size: 0 };
  const progress = last ?? { left: nothing, right: nothing, compared: 0 };
  tell({ progress: { ...progress, isOver: true, problem: errorText(t, error) } });
});

process.on('message', ({ id, name, body }: { id: number; name: keyof CompareRequests; body: never }) => {
  try {
    tell({ id, body: reader.answers[name](body) });
  } catch (error) {
    tell({ id, error: errorText(t, error) });
  }
});
// The client has closed the editor, or is gone.
process.on('disconnect', () => process.exit());
