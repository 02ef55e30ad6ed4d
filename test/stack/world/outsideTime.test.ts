/** Virtual time while something outside is connected: it follows the clock of the outside, and a log repeats it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ethernet_kind } from '../../../stack/drivers/net/vnic/kinds.ts';
import { vnic_probe } from '../../../stack/drivers/net/vnic/vnic_main.ts';
import { ExternalWire, ReplayError, type InputEntry } from '../../../stack/index.ts';
import { dev_open } from '../../../stack/net/core/dev/register.ts';
import { inet_rtm_newaddr } from '../../../stack/net/ipv4/devinet.ts';
import { random_fraction, RandomState } from '../../../stack/lib/random.ts';
import { receive } from '../support/story.ts';
import { network, type NetworkTale } from '../support/network.ts';

const SERVER_IP = 0x0a010001;
const CLIENT_IP = 0x0a010002;
const SERVER = { address: '10.1.0.1', port: 8080 };
const hostClock = () => performance.now() * 1e6;
const MS = 1_000_000;

/** A machine with the interface eth1 on an external wire. */
function withWire(address: number, send: (bytes: Uint8Array) => void, seed = 1) {
  const tale = network({ host: '' }, { seed }).traced();
  const { world } = tale;
  const wire = new ExternalWire(world, 'tap', { send, close() {} });
  const [host] = world.machines;
  const eth1 = vnic_probe(host!.init_net, { ...host!.config.nic, mtu: 1500 }, ethernet_kind('eth1', wire));
  dev_open(eth1);
  inet_rtm_newaddr(eth1, address, 24);
  return { tale, wire };
}
/** The same on a clock of the host. */
function live(address: number, send: (bytes: Uint8Array) => void, seed = 1) {
  const built = withWire(address, send, seed);
  built.tale.world.outside.time.clock = hostClock;
  return built;
}

/** Stop the whole thread, as a debugger does. */
function stopThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('virtual time with the outside connected', () => {
  it('lets a timer fire when it is due on the clock of the outside', async () => {
    const { tale, wire } = live(0x0a010001, () => {});
    let slept = 0;
    let virtual = 0;
    tale.on('host', async (s) => {
      const before = performance.now();
      const start = tale.world.time_ns;
      await s.sleep(150);
      slept = performance.now() - before;
      virtual = (tale.world.time_ns - start) / MS;
      wire.unplug();
    });
    await tale.run();
    assert.equal(Math.round(virtual), 150, 'to the nanosecond when it was due');
    assert.ok(slept >= 149 && slept < 2000, `${slept} ms`);
  });

  it('takes a frame in at the time at which it comes', async () => {
    const { tale, wire } = live(0x0a010001, () => {});
    const { world } = tale;
    const received: number[] = [];
    world.tracer.on('net:netif_receive_skb', () => received.push(world.time_ns / MS));
    tale.on('host', async (s) => void (await s.sleep(200)));
    const start = performance.now();
    let sent = 0;
    setTimeout(() => {
      sent = performance.now() - start;
      wire.inject(new Uint8Array(60));
    }, 80);
    setTimeout(() => wire.unplug(), 120);
    await tale.run();
    assert.equal(received.length, 1);
    assert.ok(Math.abs(received[0]! - sent) < 200, `received at ${received[0]} ms, sent at ${sent} ms`);
  });

  it('waits while the thread is stopped: a minute in the debugger is no minute of the machine', async () => {
    const { tale, wire } = live(0x0a010001, () => {});
    let virtual = 0;
    let slept = 0;
    tale.on('host', async (s) => {
      const before = performance.now();
      const start = tale.world.time_ns;
      await s.sleep(200);
      slept = performance.now() - before;
      virtual = (tale.world.time_ns - start) / MS;
      wire.unplug();
    });
    setTimeout(() => stopThread(1000), 50);
    await tale.run();
    assert.equal(Math.round(virtual), 200);
    assert.ok(slept > 1100, `the stop of 1000 ms counted: the process slept ${slept} ms`);
  });

  it('lets what came before a timer enter before it, even if the thread was stopped at that moment', async () => {
    const { tale, wire } = live(0x0a010001, () => {});
    const { world } = tale;
    const order: string[] = [];
    world.tracer.on('net:netif_receive_skb', () => order.push('frame'));
    tale.on('host', async (s) => {
      await s.sleep(60);
      order.push('timer');
      wire.unplug();
    });
    // The frame comes before the timer is due. Both are late, since the thread stands.
    setTimeout(() => {
      setTimeout(() => wire.inject(new Uint8Array(60)), 1);
      stopThread(100);
    }, 40);
    await tale.run();
    assert.deepEqual(order, ['frame', 'timer']);
  });
});

describe('a world with the outside connected', () => {
  it('ends when its processes have, and what they have sent was acknowledged', async () => {
    const server = live(SERVER_IP, (bytes) => setTimeout(() => client.wire.inject(bytes), 3));
    const client = live(CLIENT_IP, (bytes) => setTimeout(() => server.wire.inject(bytes), 3));
    let heard = 0;
    server.tale.on('host', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, SERVER);
      await s.listen(fd);
      // The client is gone by then, and its bytes are on their way.
      heard = (await receive(s, await s.accept(fd))).length;
    });
    client.tale.on('host', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.connect(fd, SERVER);
      await s.send(fd, Buffer.alloc(100_000));
      await s.close(fd);
    });
    const began = performance.now();
    await Promise.all([server.tale.run(), client.tale.run()]);
    assert.equal(heard, 100_000);
    assert.ok(performance.now() - began < 5000);
    assert.equal(client.tale.world.outside.is_open, false);
    // The rest, TIME_WAIT, has passed in no time.
    assert.ok(client.tale.world.time_ns > 60_000 * MS);
  });
});

/** What is drawn at random. */
interface Plan {
  seed: number;
  /** Bytes that the client sends, and the server sends back. */
  bytes: number;
  clients: number;
  loss: number;
  /** A frame takes at most so many ms. */
  delay_ms: number;
  /** The server waits so many ms before it answers. */
  think_ms: number;
}
const plans = fc.record<Plan>({
  seed: fc.nat(),
  bytes: fc.integer({ min: 1, max: 40_000 }),
  clients: fc.integer({ min: 1, max: 3 }),
  loss: fc.constantFrom(0, 0.05),
  delay_ms: fc.integer({ min: 0, max: 4 }),
  think_ms: fc.integer({ min: 0, max: 50 }),
});

function serve(tale: NetworkTale, { clients, think_ms }: Plan): void {
  tale.on('host', async (s) => {
    const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
    await s.bind(fd, SERVER);
    await s.listen(fd);
    for (let i = 0; i < clients; i++) {
      const child = await s.accept(fd);
      const heard = await receive(s, child);
      await s.sleep(think_ms);
      await s.send(child, heard);
      await s.close(child);
    }
  });
}
function call(tale: NetworkTale, { clients, bytes }: Plan): void {
  for (let i = 0; i < clients; i++)
    tale.on('host', async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.connect(fd, SERVER);
      await s.send(fd, Buffer.alloc(bytes, i));
      await s.shutdown(fd, s.SHUT_WR);
      assert.equal((await receive(s, fd)).length, bytes);
      await s.close(fd);
    });
}

/** Sessions at a time. */
const AT_ONCE = 4;

describe('a session with the outside', function () {
  this.timeout(120_000);

  it('is the same again from its log, without the clock and without the outside', async () => {
    // Most of a session's time is waiting for what was lost: some of them at a time.
    const seed = Number(process.env['SEED'] ?? 7);
    const numRuns = Math.ceil(Number(process.env['RUNS'] ?? 24) / AT_ONCE);
    const ends = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, (_, at) => fc.assert(isRepeated(), { numRuns, seed: seed + at })),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
  const isRepeated = () =>
    fc.asyncProperty(plans, async (plan) => {
      // Two worlds, each the outside of the other: frames take random real times, and some are lost.
      const chance = { random: new RandomState(plan.seed) };
      const carry = (to: () => ExternalWire) => (bytes: Uint8Array) => {
        if (random_fraction(chance) < plan.loss) return;
        const copy = bytes.slice();
        if (plan.delay_ms === 0) setImmediate(() => to().inject(copy));
        else setTimeout(() => to().inject(copy), random_fraction(chance) * plan.delay_ms);
      };
      const server = live(
        SERVER_IP,
        carry(() => client.wire),
        plan.seed,
      );
      const client = live(
        CLIENT_IP,
        carry(() => server.wire),
        plan.seed + 1,
      );
      serve(server.tale, plan);
      call(client.tale, plan);
      await Promise.all([server.tale.run(), client.tale.run()]);

      for (const [name, first, again] of [
        ['server', server, withWire(SERVER_IP, () => {}, plan.seed)],
        ['client', client, withWire(CLIENT_IP, () => {}, plan.seed + 1)],
      ] as const) {
        const { log } = first.tale.world.inputs;
        if (name === 'server') serve(again.tale, plan);
        else call(again.tale, plan);
        await again.tale.run(structuredClone(log) as InputEntry[]);
        const at = first.tale.trace.findIndex((line, i) => line !== again.tale.trace[i]);
        assert.equal(at, -1, `${name}: ${first.tale.trace[at]} | ${again.tale.trace[at]}`);
        assert.equal(again.tale.trace.length, first.tale.trace.length, name);
        assert.deepEqual(again.tale.frames, first.tale.frames, name);
        assert.deepEqual(again.tale.world.inputs.log, log, name);
        assert.equal(again.tale.world.now_ns, first.tale.world.now_ns, name);
      }
    });

  it('cannot be replayed with another program: the input that does not fit is named', async () => {
    const first = live(SERVER_IP, () => {});
    first.tale.on('host', async (s) => {
      for (let i = 0; i < 30; i++) await s.sleep(2);
    });
    setTimeout(() => first.wire.inject(new Uint8Array(60)), 40);
    setTimeout(() => first.wire.unplug(), 60);
    await first.tale.run();
    const again = withWire(SERVER_IP, () => {});
    again.tale.on('host', async (s) => void (await s.sleep(2)));
    await assert.rejects(again.tale.run(first.tale.world.inputs.log), (error: unknown) => {
      assert.ok(error instanceof ReplayError);
      assert.match(error.message, /passing of time|frame.* run ends at event/);
      return true;
    });
  });
});
