/** What a program's definition of its hosts may say, and what it is told otherwise. */
import assert from 'node:assert/strict';
import { ProgramError } from '../../../stack/index.ts';
import { parse_network } from '../../../stack/user/network.ts';

const PROCESSES = ['server', 'client'];
const SERVER = { address: '10.0.0.1/24' };
const CLIENT = { address: '10.0.0.2/24' };

const parse = (hosts: Record<string, unknown>, processes = PROCESSES) =>
  parse_network({ hosts }, '/p/main.ts', processes);

describe('the hosts of a program', () => {
  it('run the process of their name, or those that they list', () => {
    const network = parse({ server: SERVER, other: { ...CLIENT, processes: ['client'] } });
    assert.deepEqual(
      network!.hosts.map(({ name, processes }) => [name, processes]),
      [
        ['server', ['server']],
        ['other', ['client']],
      ],
    );
  });
  it('have prefixes from 1 to 30', () => {
    for (const prefix of [1, 8, 29, 30])
      assert.equal(
        parse({ server: { address: `10.0.0.1/${prefix}` }, client: CLIENT })!.hosts[0]!.prefix,
        prefix,
      );
  });

  const refused = (what: string, hosts: Record<string, unknown>, says: string, processes = PROCESSES) =>
    it(`${what} is refused`, () =>
      assert.throws(
        () => parse(hosts, processes),
        (error) => {
          assert.ok(error instanceof ProgramError);
          assert.equal(error.message, `/p/main.ts: network.hosts${says}`);
          return true;
        },
      ));

  refused(
    'a process that does not exist',
    { server: { ...SERVER, processes: ['server', 'sever'] }, client: CLIENT },
    ".server.processes names 'sever', which is no process: the program's processes are server, client",
  );
  refused(
    'a host without a process of its name',
    { server: SERVER, nosuch: CLIENT },
    ".nosuch has no process: export an async function of that name, or list others in network.hosts.nosuch.processes (the program's processes are server, client)",
  );
  refused(
    'a host of a program without processes',
    { server: SERVER, client: CLIENT },
    '.server has no process: export an async function of that name, or list others in network.hosts.server.processes (the program exports no async function)',
    [],
  );
  refused(
    'an empty list of processes',
    { server: SERVER, client: { ...CLIENT, processes: [] } },
    '.client.processes is empty: name the exported async functions that run there',
  );
  refused(
    'one process on two hosts',
    { server: { ...SERVER, processes: ['server', 'client'] }, client: CLIENT },
    ".client has the process 'client', which runs on server: list each process on one host",
  );
  refused(
    'a process that is listed twice',
    { server: { ...SERVER, processes: ['server', 'server'] }, client: CLIENT },
    ".server.processes names 'server' twice: a process runs once",
  );
  refused(
    'one address on two hosts',
    { server: SERVER, client: SERVER },
    '.client.address 10.0.0.1 is the address of server too: give each host its own',
  );

  const address = (given: unknown, says: string) =>
    refused(
      `the address ${String(given)}`,
      { server: { address: given }, client: CLIENT },
      `.server.address ${says}`,
    );
  const unusable = (given: string, why: string) =>
    address(given, `must be an address that a host can have, such as '10.0.0.1/24': '${given}' ${why}`);
  unusable('10.0.0.0/24', 'is the address of the network itself');
  unusable('10.0.0.255/24', 'is the broadcast address of its network');
  unusable('10.0.0.3/30', 'is the broadcast address of its network');
  unusable('127.0.0.2/8', 'is in 127.0.0.0/8, which never leaves its machine');
  unusable('224.0.0.1/24', 'is a multicast address');
  unusable('0.0.0.1/24', 'is in 0.0.0.0/8, which means this network');
  unusable('255.255.255.254/24', 'is in 240.0.0.0/4, which is reserved');
  for (const prefix of [0, 31, 32, 33])
    address(`10.0.0.1/${prefix}`, `must have a prefix from 1 to 30, such as '10.0.0.1/24', got /${prefix}`);
  address('10.0.0.1', "must be an address with its prefix, such as '10.0.0.1/24', got '10.0.0.1'");
  address(NaN, "must be an address with its prefix, such as '10.0.0.1/24', got NaN");
});
