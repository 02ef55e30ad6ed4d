/** The process that reads one capture file for a client: its memory is its own, and goes with it. */
import { errorText } from '../../language/userError.ts';
import { say, translator } from '../../language/message.ts';
import { readBundle } from '../language.ts';
import { PacketStore } from '../packets/packetStore.ts';
import { answerCapture } from './captureAnswers.ts';
import { CaptureReader } from './captureReader.ts';
import type { CaptureQuestion, FromCapture } from './messages.ts';

const [path, locale] = process.argv.slice(2);
const t = translator(readBundle(locale));
// A client that is gone hears nothing: what follows is the end of this process.
const tell = (message: FromCapture): void =>
  void process.send?.(message, undefined, undefined, () => undefined);

if (path === undefined || !process.send) {
  console.error('This process is started by an editor of capture files, which gives it the file.');
  process.exit(2);
}

const opened = CaptureReader.open(path, ({ problem, ...progress }) =>
  tell({ progress: { ...progress, ...(problem && { problem: say(t, problem) }) } }),
);
opened
  .then((reader) => reader.read())
  .catch((error: unknown) => {
    const problem = errorText(t, error);
    tell({ progress: { packets: 0, read: 0, size: 0, isOver: true, problem } });
  });
// A file that cannot be read has no packets.
const packets = opened.then(
  (reader) => () => reader.packets,
  () => {
    const none = new PacketStore();
    return () => none;
  },
);

process.on('message', ({ id, name, body }: CaptureQuestion) => {
  packets
    .then((current) => answerCapture(current(), name, body, t))
    .then((answer) => tell({ id, body: answer }))
    .catch((error: unknown) => tell({ id, error: errorText(t, error) }));
});
// The client has closed the file, or is gone.
process.on('disconnect', () => process.exit());
