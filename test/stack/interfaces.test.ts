/** A machine's Ethernet interfaces, as a configuration wants them, and the wires that lead out of the world. */
import assert from 'node:assert/strict';
import { boot, parseConfig, type Cable, type ExternalWire, type UdpConfig } from '../../stack/index.ts';
import { build_network, parse_network } from '../../stack/user/network.ts';
import { proc_net } from '../../stack/net/ipv4/proc.ts';

const WIRE = { type: 'udp', local: '127.0.0.1:7001', remote: '127.0.0.1:7002' };
const ETH0 = { address: '10.9.0.1/24', wire: WIRE };

describe('interfaces of a configuration', () => {
  const refused = (what: string, eth0: object, says: string) =>
    it(`${what}: refused`, () =>
      assert.throws(() => parseConfig({ interfaces: { eth0 } }, 'launch'), {
        message: `launch.interfaces.eth0${says}`,
      }));
  const wire = (what: string, given: object, says: string) =>
    refused(what, { ...ETH0, wire: { ...WIRE, ...given } }, `.wire.${says}`);

  refused(
    'no address',
    { wire: WIRE },
    ".address must be an address with its prefix, such as '10.0.0.1/24', got undefined",
  );
  refused(
    'a wire that does not lead outside',
    { address: '10.9.0.1/24', wire: { loss: 0.1 } },
    '.wire leads nowhere: give it { "type": "udp", "local": "127.0.0.1:7001", "remote": "127.0.0.1:7002" }',
  );
  refused(
    'a gateway in another network',
    { ...ETH0, gateway: '10.8.0.2' },
    '.gateway must be the address of another host in the interface\'s network, such as "10.9.0.2", got "10.8.0.2"',
  );
  refused(
    'an unknown attribute',
    { ...ETH0, mac: '…' },
    '.mac is not known: use one of address, gateway, wire',
  );
  wire(
    'a port without a type',
    { type: undefined },
    'local needs a "type" beside it: "udp" is for a wire that leads out',
  );
  wire('another type', { type: 'tap' }, 'type must be "udp" (an Ethernet frame in each datagram), got "tap"');
  wire(
    'an address that others reach',
    { local: '0.0.0.0:7001' },
    'local must be on the loopback, such as "127.0.0.1:7001": all who reach it can put frames on the wire, got "0.0.0.0:7001"',
  );
  wire(
    'a remote that is not this computer',
    { remote: '192.168.1.2:7001' },
    'remote must be on the loopback, such as "127.0.0.1:7001": all who reach it can put frames on the wire, got "192.168.1.2:7001"',
  );
  for (const local of ['7001', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', 'host:1', 7001])
    wire(
      `the local address ${local}`,
      { local },
      `local must be an address of this computer and a port, such as "127.0.0.1:7001", got ${JSON.stringify(local)}`,
    );
  wire(
    'a wire that leads back',
    { remote: '127.0.0.1:7001' },
    'remote must not be the local address, or each frame comes back: "127.0.0.1:7001"',
  );
  wire(
    'a frame longer than a datagram',
    { mtu: 65536 },
    'mtu must be at most 65493, so that a frame fits into a datagram, got 65536',
  );
  wire('a probability above 1', { loss: 2 }, 'loss must be a number between 0 and 1, got 2');
  it('lo as a name: refused', () =>
    assert.throws(() => parseConfig({ interfaces: { lo: ETH0 } }), {
      message: 'interfaces.lo is no name for an interface: take eth0, eth1, …',
    }));

  it('are up when the machine has booted, with their addresses and routes', () => {
    const machine = boot(parseConfig({ interfaces: { eth0: { ...ETH0, gateway: '10.9.0.2' } } }));
    const routes = proc_net(machine.init_net, 'route')!
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t').slice(0, 4).join(' '));
    assert.deepEqual(routes, ['eth0 00000000 0A090002 0003', 'eth0 0A090000 00000000 0001']);
  });

  it('have settings of their own at boot', () => {
    const machine = boot(
      parseConfig({ interfaces: { eth0: ETH0 }, sysctl: { 'net.ipv4.conf.eth0.rp_filter': 1 } }),
    );
    assert.ok(machine.init_net.sysctls.has('net.ipv4.conf.eth0.rp_filter'));
  });
});

describe('a wire that leads out of the world', () => {
  /** The wires that are connected, and what is sent on them. */
  async function connected(world: ReturnType<typeof boot>['world']) {
    const wires: { to: UdpConfig; wire: ExternalWire }[] = [];
    const sent: Uint8Array[] = [];
    const cable: Cable = { send: (bytes) => sent.push(bytes), close() {} };
    world.outside.connector = (to, wire) => {
      wires.push({ to, wire });
      return Promise.resolve(cable);
    };
    await world.outside.connect();
    return { wires, sent };
  }

  it('is connected to where its configuration says', async () => {
    const { world } = boot(parseConfig({ interfaces: { eth0: ETH0 } }));
    const { wires } = await connected(world);
    assert.deepEqual(
      wires.map(({ to }) => to),
      [
        {
          type: 'udp',
          local: { address: '127.0.0.1', port: 7001 },
          remote: { address: '127.0.0.1', port: 7002 },
        },
      ],
    );
  });

  it('may be that of a program: one host is enough, and more share it', async () => {
    const hosts = { a: { address: '10.9.0.1/24' }, b: { address: '10.9.0.3/24' } };
    for (const some of [{ a: hosts.a }, hosts]) {
      const { world } = boot(parseConfig({}));
      build_network(
        world,
        parse_network({ hosts: some, wire: WIRE }, 'main.ts', Object.keys(some)),
        'main.ts',
      );
      const { wires } = await connected(world);
      assert.equal(wires.length, 1);
      assert.equal(world.machines.length, Object.keys(some).length);
    }
  });

  it('of a program, and an eth0 of the launch configuration: refused', () => {
    const { world } = boot(parseConfig({ interfaces: { eth0: ETH0 } }));
    const network = parse_network({ hosts: { a: { address: '10.8.0.1/24' } }, wire: WIRE }, 'main.ts', ['a']);
    assert.throws(() => build_network(world, network, 'main.ts'), {
      message:
        'main.ts: network gives each host an eth0, and the launch configuration has one too: name that one eth1',
    });
  });

  it('loses frames on the way in as on the way out, and both are in the capture', async () => {
    const { world } = boot(parseConfig({ interfaces: { eth0: { ...ETH0, wire: { ...WIRE, loss: 1 } } } }));
    const { wires, sent } = await connected(world);
    const seen: string[] = [];
    world.capture = {
      sent: (_, { machine, name }) => seen.push(`${machine.hostname} ${name} sent`),
      received: () => seen.push('received'),
      lost: (_, reason) => seen.push(reason),
    };
    wires[0]!.wire.inject(new Uint8Array(60));
    world.inputs.enter_due();
    assert.deepEqual(seen, ['outside eth0 sent', 'lost']);
    assert.equal(sent.length, 0);
  });
});
