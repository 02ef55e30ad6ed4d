/** A failure as a recording: it opens in the debugger where the program has failed. */
import type { RecordedStop, RunRecording } from '../recordings/data.ts';
import { recordingOf, type RunFacts } from '../recordings/make.ts';
import type { Finding } from './result.ts';
import type { Failure, Subject } from './trial.ts';

export function recordFailure(subject: Subject, { trial, failure }: Finding, facts: RunFacts): RunRecording {
  const { programs, hosts, config } = subject;
  const { event, timeNs } = failure;
  return recordingOf(facts, {
    launch: { ...config, hosts, ...trial },
    programs,
    changes: [],
    fields: [],
    stop: stopAt(failure),
    isOver: false,
    bookmarks: [{ name: failure.text.split('\n')[0]!, event, timeNs }],
  });
}

/** An uncaught error stops the machine where it is thrown; all else is found by its last event. */
function stopAt({ kind, event, timeNs }: Failure): RecordedStop {
  if (kind !== 'uncaught') return { kind: 'event', event };
  return {
    kind: 'moment',
    moment: { mark: { kind: 'own', event, how: 'uncaught' }, moves: [] },
    at: { event, timeNs },
  };
}
