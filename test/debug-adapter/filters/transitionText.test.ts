/** Arrows in the text of a condition on state transitions: read, added and taken away, and understood by the machine. */
import { english, sayPart } from '../../../language/message.ts';
import assert from 'node:assert/strict';
import { arrowsOf, withArrowToggled } from '../../../debug-adapter/filters/transitionText.ts';
import { transitionFilter } from '../../../debug-adapter/filters/transition.ts';
import { connected, listener, story } from '../../stack/support/story.ts';

const ARROWS = 'SYN_SENT -> ESTABLISHED || LISTEN → SYN_RECV';

describe('arrows in a condition on transitions', () => {
  it('are read, with what narrows them', () => {
    assert.deepEqual(arrowsOf(''), [{ isNarrowed: false }]);
    assert.deepEqual(arrowsOf(ARROWS), [
      { from: 'SYN_SENT', to: 'ESTABLISHED', isNarrowed: false },
      { from: 'LISTEN', to: 'SYN_RECV', isNarrowed: false },
    ]);
    assert.deepEqual(arrowsOf('* -> tcp_close_wait && port == 8080'), [
      { to: 'CLOSE_WAIT', isNarrowed: true },
    ]);
    assert.deepEqual(arrowsOf('port == 8080'), [{ isNarrowed: true }]);
  });

  it('come and go one by one; the rest of the condition stays as it is', () => {
    const one = withArrowToggled(undefined, 'SYN_SENT', 'ESTABLISHED');
    assert.equal(one, 'SYN_SENT -> ESTABLISHED');
    const two = withArrowToggled(one, 'LISTEN', 'SYN_RECV');
    assert.equal(two, 'SYN_SENT -> ESTABLISHED || LISTEN -> SYN_RECV');
    assert.equal(withArrowToggled(two, 'SYN_SENT', 'ESTABLISHED'), 'LISTEN -> SYN_RECV');
    assert.equal(withArrowToggled(one, 'SYN_SENT', 'ESTABLISHED'), undefined);
    assert.equal(
      withArrowToggled('-> CLOSE && port == 8080', '*', 'CLOSE'),
      '-> CLOSE && port == 8080 || * -> CLOSE',
    );
  });

  /** The stops of a handshake under a condition. */
  async function stops(condition: string): Promise<string[]> {
    const seen: string[] = [];
    const tale = story();
    transitionFilter.compile(condition)(tale.machine.tracer, ({ label }) =>
      seen.push(sayPart(english, label).replace(/ of .*/, '')),
    );
    tale.process('server', async (s) => {
      const fd = await listener(s);
      await s.close(await s.accept(fd));
      await s.close(fd);
    });
    tale.process('client', async (s) => {
      const fd = await connected(s);
      await s.recv(fd);
      await s.close(fd);
    });
    await tale.run();
    return seen;
  }

  it('stop at each of several transitions', async () => {
    assert.deepEqual(await stops(ARROWS), ['SYN_SENT → ESTABLISHED', 'LISTEN → SYN_RECV']);
    assert.deepEqual(await stops('(SYN_SENT -> || -> FIN_WAIT1) && rport == 8080'), [
      'SYN_SENT → ESTABLISHED',
    ]);
    assert.deepEqual(await stops('-> LISTEN || CLOSE_WAIT ->'), ['CLOSE → LISTEN', 'CLOSE_WAIT → LAST_ACK']);
  });

  it('are refused with what is wrong with them', () => {
    assert.throws(() => transitionFilter.compile('SYN_SENT -> ESTABLISHD'), /Expected \* or a state/);
    assert.throws(() => transitionFilter.compile('SYN_SENT -> CLOSE ESTABLISHED'), /Expected && or \|\|/);
  });
});
