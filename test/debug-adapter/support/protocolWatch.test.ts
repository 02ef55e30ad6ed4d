/** What the watch over a session's messages must not let pass: the end of its process. */
import assert from 'node:assert/strict';
import { ProtocolSchema } from './protocolSchema.ts';
import { ProtocolWatch } from './protocolWatch.ts';
import type { Message } from './rawClient.ts';

const schema = new ProtocolSchema();

function seen(reason: string): ProtocolWatch {
  const watch = new ProtocolWatch(schema);
  const told = `The debugger's process has died (${reason})`;
  watch.sent({ seq: 1, command: 'threads', arguments: undefined, isStale: false });
  const message = `${told}: start the session anew`;
  const body = { error: { id: 2, format: message } };
  for (const one of [
    { seq: 1, type: 'response', request_seq: 1, command: 'threads', success: false, message, body },
    { seq: 2, type: 'event', event: 'output', body: { category: 'stderr', output: `${told}.\n` } },
    { seq: 3, type: 'event', event: 'exited', body: { exitCode: 139 } },
    { seq: 4, type: 'event', event: 'terminated', body: {} },
  ])
    watch.received(one as Message);
  return watch;
}

describe('watch over the protocol', () => {
  it('is told of a process that has died', () => {
    const { breaches } = seen('SIGSEGV');
    assert.ok(
      breaches.length > 0 && breaches.every((one) => one === "the session's process has died: SIGSEGV"),
    );
  });
  it('knows the fault of V8 that cannot be helped', () => {
    const watch = seen('Check failed: needs_context && current_scope_ == closure_scope_.');
    assert.deepEqual(watch.breaches, []);
    assert.ok(watch.hasMetFaultOfV8);
  });
});
