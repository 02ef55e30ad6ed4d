/** Forwarded ports: connections of the host reach a process of the machine by the gateway. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { boot_machine } from '../../../stack/boot.ts';
import { parseConfig, parseWire } from '../../../stack/config.ts';
import { Gateway } from '../../../stack/gateway/gateway.ts';
import type { HostConnection, HostEvent, HostSide } from '../../../stack/gateway/host_side.ts';
import { parsePorts } from '../../../stack/gateway/ports.ts';
import { world_links } from '../../../stack/world/links.ts';
import { createLibrary } from '../../../stack/user/library.ts';
import { function_process, runProgram } from '../../../stack/user/program.ts';
import type { InputEntry } from '../../../stack/world/inputs.ts';
import { World } from '../../../stack/world/world.ts';

type Library = typeof import('sockscope');
type Server = (s: Library) => Promise<void>;

/** How much later each look at the clock is, in ns. */
const LOOK_NS = 5_000_000;

/** Clients of the host, written as what they do and when. */
class FakeHost implements HostSide {
  /** What the machine has done with each connection, in order. */
  readonly seen: string[] = [];
  /** What comes back for what is written: it has left, or its client is gone. */
  after_write: HostEvent = { what: 'written' };
  arrive: (connection: number, event: HostEvent) => void = () => {};
  readonly #clients: ((host: FakeHost) => void) | undefined;

  constructor(clients?: (host: FakeHost) => void) {
    this.#clients = clients;
  }
  async listen(_ports: unknown, arrive: (connection: number, event: HostEvent) => void): Promise<void> {
    this.arrive = arrive;
    await setImmediate();
    this.#clients?.(this);
  }
  connection(number: number): HostConnection {
    const note = (text: string) => void this.seen.push(`${number} ${text}`);
    return {
      write: (bytes) => {
        note(`gets ${Buffer.from(bytes).toString()}`);
        void setImmediate().then(() => this.arrive(number, this.after_write));
      },
      end: () => note('is told the end'),
      destroy: () => note('is reset'),
      resume: () => note('may send'),
    };
  }
  /** A server of the host that says hello, at any port but this. */
  readonly closed_port = 9;
  connect(number: number, address: string, port: number): void {
    this.seen.push(`${number} connects to ${address}:${port}`);
    void setImmediate().then(() => {
      if (port === this.closed_port) return this.arrive(number, { what: 'refused' });
      this.arrive(number, { what: 'connected' });
      this.arrive(number, { what: 'data', bytes: Buffer.from('hello') });
      this.arrive(number, { what: 'end' });
    });
  }
  lookup(): Promise<string | null> {
    return Promise.resolve(null);
  }
  close(): void {
    this.seen.push('closed');
  }
  /** A client that sends a text and then nothing more. */
  send(number: number, text: string): void {
    this.arrive(number, { what: 'open', port: 80, from: `127.0.0.1:${4000 + number}` });
    this.arrive(number, { what: 'data', bytes: Buffer.from(text) });
    this.arrive(number, { what: 'end' });
  }
}

interface Ran {
  log: readonly InputEntry[];
  trace: string[];
}

/** Runs a process behind forwarded port 80 that can connect out. */
async function run(
  server: Server,
  host: FakeHost | null,
  log?: readonly InputEntry[],
  output: string[] = [],
): Promise<Ran> {
  const settings = parseConfig({});
  const world = new World(settings.seed);
  let clock = 0;
  world.outside.time.clock = () => (clock += LOOK_NS);
  boot_machine(world, settings);
  world.output = (_stream, text) => void output.push(text);
  const trace: string[] = [];
  world.tracer.onHit(['syscalls:sys_exit', 'sock:inet_sock_set_state'], ({ name, event }) =>
    trace.push(`${event} ${name}`),
  );
  if (log !== undefined) world.inputs.replay(log);
  const gateway = new Gateway(
    world,
    { ports: parsePorts({ 8080: 80 }), outside: true },
    parseWire({}, 'outside'),
  );
  if (host !== null) await gateway.open(host);
  const library = createLibrary(world) as unknown as Library;
  const { failed } = await runProgram(world, {
    processes: [function_process('server', () => server(library))],
  });
  assert.deepEqual(
    failed.map(({ error }) => error),
    [],
  );
  return { log: world.inputs.log, trace };
}

const echo =
  (connections: number): Server =>
  async (s) => {
    const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
    await s.bind(fd, { address: '0.0.0.0', port: 80 });
    await s.listen(fd);
    for (let i = 0; i < connections; i++) {
      const connection = await s.accept(fd);
      for (;;) {
        const bytes = await s.recv(connection);
        if (bytes.length === 0) break;
        await s.send(connection, `${Buffer.from(bytes).toString()}!`);
      }
      await s.close(connection);
    }
  };

describe('the gateway', function () {
  it('has links of its own, but none to the host, of which no frame can be lost', () => {
    const world = new World(1);
    boot_machine(world, parseConfig({}));
    new Gateway(world, { ports: [], outside: true }, parseWire({}, 'outside'));
    assert.deepEqual([...world_links(world).keys()], ['localhost lo', 'localhost eth0', 'gateway lo']);
  });

  it('carries bytes and both ends of a connection', async () => {
    const host = new FakeHost((clients) => clients.send(1, 'hello'));
    await run(echo(1), host);
    assert.deepEqual(host.seen, ['1 may send', '1 gets hello!', '1 is told the end', 'closed']);
  });

  it('keeps connections apart', async () => {
    const host = new FakeHost((clients) => {
      clients.send(1, 'one');
      clients.send(2, 'two');
    });
    await run(echo(2), host);
    assert.deepEqual(
      host.seen.filter((line) => line.includes('gets')),
      ['1 gets one!', '2 gets two!'],
    );
  });

  it('resets a connection to a port at which nobody listens', async () => {
    const host = new FakeHost((clients) => clients.send(1, 'anybody?'));
    await run(async (s) => void (await s.sleep(50)), host);
    assert.deepEqual(host.seen, ['1 is reset', 'closed']);
  });

  it('tells the program of a client that is gone by a reset', async () => {
    const host = new FakeHost((clients) => {
      clients.arrive(1, { what: 'open', port: 80, from: '127.0.0.1:4001' });
      clients.arrive(1, { what: 'gone' });
    });
    let error: unknown;
    await run(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, { address: '0.0.0.0', port: 80 });
      await s.listen(fd);
      const connection = await s.accept(fd);
      await s.recv(connection).catch((thrown: unknown) => (error = thrown));
    }, host);
    assert.match(String(error), /ECONNRESET/);
  });

  it('tells the program at once of a client that sent its end first, and is gone then', async () => {
    const host = new FakeHost((clients) => clients.send(1, 'hello'));
    let seen = '';
    await run(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, { address: '0.0.0.0', port: 80 });
      await s.listen(fd);
      const connection = await s.accept(fd);
      for (let bytes; (bytes = await s.recv(connection)).length > 0;) seen += Buffer.from(bytes).toString();
      void setImmediate().then(() => host.arrive(1, { what: 'gone' }));
      // No reading nor writing, as of a program that computes its answer.
      const watched = [{ fd: connection, events: 0, revents: 0 }];
      await s.poll(watched, 60_000);
      seen += watched[0]!.revents & s.POLLERR ? ', reset' : ', nothing';
    }, host);
    assert.equal(seen, 'hello, reset');
  });

  it('tells the program even if the client is gone before the answer has left', async () => {
    const host = new FakeHost((clients) => clients.send(1, 'hello'));
    host.after_write = { what: 'gone' };
    let revents = 0;
    await run(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await s.bind(fd, { address: '0.0.0.0', port: 80 });
      await s.listen(fd);
      const connection = await s.accept(fd);
      while ((await s.recv(connection)).length > 0);
      await s.send(connection, 'an answer');
      const watched = [{ fd: connection, events: 0, revents: 0 }];
      await s.poll(watched, 60_000);
      revents = watched[0]!.revents & s.POLLERR;
    }, host);
    assert.ok(host.seen.includes('1 gets an answer'));
    assert.notEqual(revents, 0, 'a reset');
  });

  it('says once what a client of the host finds when nothing listens', async () => {
    const output: string[] = [];
    const host = new FakeHost((clients) => {
      clients.send(1, 'hello');
      clients.send(2, 'hello');
    });
    await run(
      async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(fd, { address: '127.0.0.1', port: 80 });
        await s.listen(fd);
        await s.sleep(1000);
      },
      host,
      undefined,
      output,
    );
    assert.deepEqual(
      host.seen.filter((one) => one.includes('reset')),
      ['1 is reset', '2 is reset'],
    );
    assert.equal(output.length, 1);
    assert.match(
      output[0]!,
      /nothing in the machine listens on 10\.0\.2\.15:80 .* let it listen on 0\.0\.0\.0/,
    );
  });

  it('replays from the log what the host did, without the host', async () => {
    const recorded = await run(
      echo(2),
      new FakeHost((clients) => {
        clients.send(1, 'one');
        clients.send(2, 'two');
      }),
    );
    const replayed = await run(echo(2), null, recorded.log);
    assert.deepEqual(replayed.trace, recorded.trace);
    assert.deepEqual(replayed.log, recorded.log);
  });
});

describe('the gateway, for programs that connect out', function () {
  /** @returns what came, or the error */
  const ask = async (s: Library, address: string, port: number): Promise<string> => {
    const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
    try {
      await s.connect(fd, { address, port });
      let text = '';
      for (let bytes = await s.recv(fd); bytes.length > 0; bytes = await s.recv(fd))
        text += Buffer.from(bytes).toString();
      return text;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await s.close(fd);
    }
  };

  it('connects the host, and only then answers the request', async () => {
    const host = new FakeHost();
    let text = '';
    const { trace } = await run(async (s) => void (text = await ask(s, '93.184.216.34', 80)), host);
    assert.equal(text, 'hello');
    assert.equal(host.seen[0], '-1 connects to 93.184.216.34:80');
    assert.ok(trace.length > 0);
  });

  it("leads to the host's loopback by its own address", async () => {
    const host = new FakeHost();
    await run(async (s) => void (await ask(s, '10.0.2.2', 5432)), host);
    assert.equal(host.seen[0], '-1 connects to 127.0.0.1:5432');
  });

  it('passes a refusal on', async () => {
    const host = new FakeHost();
    let code = '';
    await run(async (s) => void (code = await ask(s, '93.184.216.34', host.closed_port)), host);
    assert.equal(code, 'ECONNREFUSED');
  });

  it('carries several connections to one address at the same time', async () => {
    let texts: string[] = [];
    await run(async (s) => {
      texts = await Promise.all([1, 2, 3].map(() => ask(s, '93.184.216.34', 80)));
    }, new FakeHost());
    assert.deepEqual(texts, ['hello', 'hello', 'hello']);
  });

  it('replays from the log what the host answered', async () => {
    const client: Server = async (s) => {
      await ask(s, '93.184.216.34', 80);
      await ask(s, '93.184.216.34', 9);
    };
    const recorded = await run(client, new FakeHost());
    const replayed = await run(client, null, recorded.log);
    assert.deepEqual(replayed.trace, recorded.trace);
    assert.deepEqual(replayed.log, recorded.log);
  });
});

describe('forwarded ports', function () {
  it('are addresses and ports of the loopback', () => {
    assert.deepEqual(parsePorts({ 8080: 80, '127.0.0.2:9000': 90, 'localhost:1': '2' }), [
      { address: '127.0.0.1', port: 8080, to: 80 },
      { address: '127.0.0.2', port: 9000, to: 90 },
      { address: '127.0.0.1', port: 1, to: 2 },
    ]);
  });
  it('are none where the launch names none', () => {
    assert.deepEqual(parsePorts(undefined, 'launch', 'ports'), []);
  });
  const refused = (name: string, ports: unknown, message: RegExp) =>
    it(`${name} is refused`, () => assert.throws(() => parsePorts(ports, 'launch', 'ports'), message));
  refused('another address', { '0.0.0.0:80': 80 }, /launch\.ports\["0\.0\.0\.0:80"\] is not on the loopback/);
  refused(
    'a port that is none',
    { 8080: 70000 },
    /must be a port of the machine, from 1 to 65535, got 70000/,
  );
  refused('a name', { web: 80 }, /is no address and port of this computer/);
  refused('a port twice', { 8080: 80, '127.0.0.1:8080': 81 }, /names port 8080 of 127\.0\.0\.1 twice/);
  refused('a list', [8080], /launch\.ports must be an object such as \{ "127\.0\.0\.1:8080": 80 \}/);
});
