/** A change belongs to one socket, whatever becomes of its ends. */
import assert from 'node:assert/strict';
import type { tcp_sock } from '../../../stack/include/linux/tcp.ts';
import type { sock_common } from '../../../stack/include/net/sock.ts';
import { tcpStateName } from '../../../stack/trace/text.ts';
import type { ValueName } from '../../../debug-adapter/packets/cause/valueChange.ts';
import { CauseTracker } from '../../../debug-adapter/recording/causeTracker.ts';
import { socketKey, ValueTracker } from '../../../debug-adapter/recording/valueTracker.ts';
import { accepted, ADDRESS, connected, type Process, type Setup, story } from '../../stack/support/story.ts';

interface Seen {
  sk: sock_common;
  event: number;
  from: number;
  to: number;
}

/** Every transition of a story's sockets, and what notes why. */
async function watched(setup: Setup, server: Process, client: Process) {
  const told = story(setup).process('server', server).process('client', client);
  const { world } = told.machine;
  const causes = new CauseTracker(world);
  const values = new ValueTracker(world, () => causes.handling);
  const seen: Seen[] = [];
  world.tracer.on('sock:inet_sock_set_state', (sk, from, to) => {
    if (from !== to) seen.push({ sk, event: world.event, from, to });
  });
  await told.run();
  const newest = (sk: sock_common, value: ValueName, event: number) =>
    values.newest(socketKey(sk), value, event);
  return { seen, newest };
}

const ends: Process = async (s) => {
  const fd = await accepted(s);
  await s.recv(fd);
  await s.close(fd);
};

describe('The changes of a socket', () => {
  it('are found at each moment of its life, though its port is chosen late and given back early', async () => {
    const { seen, newest } = await watched({ nic: { latency: '1ms' } }, ends, async (s) => {
      const fd = await connected(s);
      await s.send(fd, 'hello');
      await s.close(fd);
    });
    const states = new Set<string>();
    for (const { sk, event, from, to } of seen) {
      const change = newest(sk, 'skc_state', event);
      assert.deepEqual([change?.from, change?.to, change?.cause.event], [from, to, event]);
      states.add(tcpStateName(to));
      if (tcpStateName(to) !== 'TCP_ESTABLISHED') continue;
      // Long after it has been closed, too.
      assert.notEqual(newest(sk, 'snd_cwnd', Infinity), null);
    }
    for (const name of ['TCP_SYN_SENT', 'TCP_SYN_RECV', 'TCP_FIN_WAIT1', 'TCP_LAST_ACK', 'TCP_CLOSE'])
      assert.ok(states.has(name), `${name} was not seen, only ${[...states].join(', ')}`);
  });

  it('are not those of another one that had the same ends', async () => {
    const { seen, newest } = await watched(
      { nic: { latency: '1ms' } },
      async () => {},
      async (s) => {
        for (let i = 0; i < 2; i++) {
          const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
          await s.bind(fd, { address: '127.0.0.1', port: 5000 });
          await assert.rejects(s.connect(fd, ADDRESS));
          await s.close(fd);
        }
      },
    );
    const closed = seen.filter(({ to }) => tcpStateName(to) === 'TCP_CLOSE');
    assert.equal(new Set(closed.map(({ sk }) => sk as tcp_sock)).size, 2);
    for (const { sk, event } of closed) assert.equal(newest(sk, 'skc_state', Infinity)?.cause.event, event);
  });
});
