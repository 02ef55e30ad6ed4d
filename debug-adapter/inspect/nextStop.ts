/** What a user may run to next, whatever else is armed: each by what the machine traces of it. */
import { message } from '../../language/message.ts';
import type { Tracer } from '../../stack/trace/tracer.ts';
import type { Sentence, Watch } from '../filters/filter.ts';
import { packetReceivedFilter, packetSentFilter } from '../filters/packets.ts';
import { syscallEnterFilter } from '../filters/syscalls.ts';
import { transitionFilter } from '../filters/transition.ts';
import type { RunToNext } from '../protocol.ts';

const sent = packetSentFilter.compile('');
const received = packetReceivedFilter.compile('');

const WATCHES: Record<RunToNext, Watch> = {
  packet: (tracer, stop) => {
    const ends = [sent(tracer, stop), received(tracer, stop)];
    return () => {
      for (const end of ends) end();
    };
  },
  arrival: received,
  syscall: syscallEnterFilter.compile(''),
  transition: transitionFilter.compile(''),
  timer: (tracer, stop) =>
    tracer.onHit(['timer:timer_expire_entry', 'timer:hrtimer_expire_entry'], ({ args: [expired] }) => {
      const { name } = expired.function;
      stop({ label: name, description: message('the timer {0} expires', name) });
    }),
};

/** Call `stop` once, at the next of its kind. @returns a function that ends it */
export function atNext(tracer: Tracer, next: RunToNext, stop: (sentence: Sentence) => void): () => void {
  const end = WATCHES[next](tracer, (sentence) => {
    end();
    stop(sentence);
  });
  return end;
}
