/** A run is replayed from program, configuration, seed and input log: the same events, times and frames, byte by byte. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ethernet_kind } from '../../../stack/drivers/net/vnic/kinds.ts';
import { vnic_probe } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import { ExternalWire, ReplayError, type InputEntry } from '../../../stack/index.ts';
import { FAULT_POINTS } from '../../../stack/kernel/fault_inject.ts';
import { dev_open } from '../../../stack/net/core/dev/register.ts';
import { inet_rtm_newaddr } from '../../../stack/net/ipv4/devinet.ts';
import { ask_host } from '../../../stack/user/host_calls.ts';
import { path_to } from '../../../stack/world/edit.ts';
import { network, type NetworkTale } from '../support/network.ts';
import type { Sockscope } from '../support/story.ts';

const SERVER = { address: '10.0.0.1', port: 8080 };

/** What is drawn at random. */
interface Plan {
  seed: number;
  loss: number;
  bytes: number;
  clients: number;
  /** After so many events of a kind something is changed from outside. */
  inputs: { after: number; what: 'edit' | 'fault' | 'frame'; value: number }[];
  /** How long the host takes for each answer, in ms. */
  host_ms: number;
}
const plans = fc.record<Plan>({
  seed: fc.nat(),
  loss: fc.constantFrom(0, 0.02, 0.2),
  bytes: fc.integer({ min: 0, max: 60_000 }),
  clients: fc.integer({ min: 1, max: 4 }),
  inputs: fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 60 }),
      what: fc.constantFrom('edit' as const, 'fault' as const, 'frame' as const),
      value: fc.nat({ max: 5000 }),
    }),
    { maxLength: 5 },
  ),
  host_ms: fc.integer({ min: 0, max: 4 }),
});

/** The planned world. Only in the first run do the inputs come from outside. */
function build(plan: Plan, isFirst: boolean): { tale: NetworkTale; output: string[] } {
  const { seed, loss, bytes, clients } = plan;
  const tale = network(
    { server: '10.0.0.1/24', client: '10.0.0.2/24' },
    { seed },
    { loss, latency: '2ms' },
  ).traced();
  const output: string[] = [];
  const say = (s: Sockscope, text: string) => output.push(`${tale.world.event} ${s.getpid()} ${text}`);
  const { world } = tale;
  const wire = new ExternalWire(world, 'tap', {
    send: (sent) => output.push(`out ${sent.length}`),
    close() {},
  });
  const [server] = world.machines;
  const eth1 = vnic_probe(
    server!.init_net,
    { ...server!.config.nic, mtu: 1500 },
    ethernet_kind('eth1', wire),
  );
  dev_open(eth1);
  inet_rtm_newaddr(eth1, 0x0a010001, 24);
  // A client may fail, by a fault, a reset, or on a wire that loses too much: then nobody comes, or nothing more.
  const ready = async (s: Sockscope, fd: number) =>
    (await s.poll([{ fd, events: s.POLLIN, revents: 0 }], 120_000)) > 0;
  tale.on('server', async (s) => {
    try {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, SERVER);
      await s.listen(fd, 2);
      while (await ready(s, fd)) {
        const child = await s.accept(fd);
        let heard = 0;
        while (await ready(s, child)) {
          const part = await s.recv(child);
          if (part.length === 0) break;
          heard += part.length;
        }
        say(s, `heard ${heard}`);
        await s.close(child);
      }
    } catch (error) {
      say(s, String(error));
    }
  });
  for (let i = 0; i < clients; i++)
    tale.on('client', async (s) => {
      try {
        const content = await ask_host(world, 'content', async () => {
          await new Promise((resolve) => setTimeout(resolve, plan.host_ms));
          // The host's own chance: only the log knows it in the replay.
          return Buffer.alloc(bytes, Math.floor(Math.random() * 256));
        });
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.connect(fd, SERVER);
        await s.send(fd, content);
        await s.close(fd);
      } catch (error) {
        say(s, String(error));
      }
    });
  if (isFirst) disturb(tale, plan, wire);
  return { tale, output };
}

/** Let the planned inputs come while it runs: edits and faults in the middle of a turn, as a debugger makes them, and frames. */
function disturb({ world }: NetworkTale, { inputs }: Plan, wire: ExternalWire): void {
  // As long as the wire is plugged in, time stands: all its frames come first.
  inputs.forEach(({ what, value }, i) => {
    const bytes = Uint8Array.from({ length: 60 + value }, (_, at) => (at * value) & 255);
    if (what === 'frame') setTimeout(() => wire.inject(bytes), i);
  });
  setTimeout(() => wire.unplug(), inputs.length + 2);
  let seen = 0;
  world.tracer.on('sock:inet_sock_set_state', (sk) => {
    seen++;
    for (const { after, what, value } of inputs) {
      if (after !== seen) continue;
      if (what === 'fault')
        world.inputs.enter({
          kind: 'fault',
          machine: 0,
          point: FAULT_POINTS[value % FAULT_POINTS.length]!,
          times: 1,
        });
      else if (what === 'edit') {
        const path = path_to(world, sk);
        if (path !== null)
          world.inputs.enter({ kind: 'edit', path: [...path, 'sk_rcvbuf'], value: 2048 + value });
      }
    }
  });
}

describe('replay', function () {
  this.timeout(120_000);

  it('any run, with edits, faults, frames and answers from outside, is the same again from its log', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const first = build(plan, true);
        await first.tale.run();
        const { log } = first.tale.world.inputs;
        // As it is read from a file.
        const read = structuredClone(log) as InputEntry[];
        const second = build(plan, false);
        await second.tale.run(read);
        assert.deepEqual(second.output, first.output);
        const different = first.tale.trace.findIndex((line, i) => line !== second.tale.trace[i]);
        assert.equal(
          different,
          -1,
          `event: ${first.tale.trace[different]} | ${second.tale.trace[different]}`,
        );
        assert.equal(second.tale.trace.length, first.tale.trace.length);
        assert.deepEqual(second.tale.frames, first.tale.frames);
        assert.deepEqual(second.tale.world.inputs.log, log);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 25), seed: Number(process.env['SEED'] ?? 6) },
    );
  });

  it('answers of the host enter in the order of their questions, whichever comes first', async () => {
    const tale = network({ host: '' });
    const entered: number[] = [];
    tale.on('host', async () => {
      const after = (ms: number) => () => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
      await Promise.all(
        [20, 1, 10].map(async (ms) =>
          entered.push((await ask_host(tale.world, 'a file', after(ms))) as number),
        ),
      );
    });
    await tale.run();
    assert.deepEqual(entered, [20, 1, 10]);
  });

  it('of another program is refused, with the input that does not fit', async () => {
    const ask = (s: Sockscope, world: NetworkTale['world']) => async () => {
      await s.sleep(1);
      await ask_host(world, 'a file', () => Promise.resolve(1));
    };
    const first = network({ host: '' });
    first.on('host', async (s) => ask(s, first.world)());
    await first.run();
    const second = network({ host: '' });
    second.on('host', async (s) => {
      for (let i = 0; i < 100; i++) await s.sleep(1);
    });
    await assert.rejects(second.run(first.world.inputs.log), (error: unknown) => {
      assert.ok(error instanceof ReplayError);
      assert.match(error.message, /a file/);
      return true;
    });
  });
});
