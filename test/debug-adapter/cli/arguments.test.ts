/** The command line: its arguments, and what is wrong with them. */
import assert from 'node:assert/strict';
import { samplePath } from '../../support/samples.ts';
import { sockscope } from '../support/commandLine.ts';

describe('the command line: its arguments', function () {
  this.timeout(30_000);
  for (const option of [['--help'], ['-h'], ['run', '--help']])
    it(`${option.join(' ')} prints the usage`, async () => {
      const { code, stdout, stderr } = await sockscope(...option);
      assert.match(stdout, /^usage: sockscope run FILE/);
      assert.deepEqual([code, stderr], [0, '']);
    });

  const refused = (name: string, args: string[], code: number, message: RegExp) =>
    it(name, async () => {
      const ran = await sockscope(...args);
      assert.match(ran.stderr, message);
      assert.equal(ran.code, code);
      assert.equal(ran.stdout, '');
    });
  const file = samplePath('first-handshake');
  refused('no command: the usage', [], 2, /^sockscope: no command given\n\nusage: sockscope run FILE/);
  refused('another command', ['walk', file], 2, /^sockscope: unknown command "walk"/);
  refused('no file', ['run'], 2, /^sockscope: FILE is missing/);
  refused('an unknown option', ['run', file, '--fast'], 2, /^sockscope: unknown option --fast/);
  refused('an option without its value', ['run', file, '--seed'], 2, /^sockscope: --seed needs a value/);
  refused(
    'a seed that is no number',
    ['run', file, '--seed', 'abc'],
    2,
    /^sockscope: --seed takes a whole number, got "abc"/,
  );
  refused(
    'a seed that is too large',
    ['run', file, '--seed', '4294967296'],
    2,
    /^sockscope: --seed must be a whole number between 0 and 4294967295, got 4294967296/,
  );
  refused(
    'a sysctl without a value',
    ['run', file, '--sysctl', 'net.core.somaxconn'],
    2,
    /^sockscope: --sysctl takes NAME=VALUE/,
  );
  refused(
    'an unknown sysctl: with the one that may be meant',
    ['run', file, '--sysctl', 'net.ipv4.somaxconn=1'],
    2,
    /^sockscope: --sysctl net\.ipv4\.somaxconn is not known: did you mean net\.core\.somaxconn\?/,
  );
  refused(
    "a sysctl's value that it does not take",
    ['run', file, '--sysctl', 'net.core.somaxconn=many'],
    2,
    /^sockscope: --sysctl net\.core\.somaxconn does not take "many": it takes a whole number from 0 to 2147483647\n/,
  );
  refused(
    'a probability above 1',
    ['run', file, '--nic', 'loss=5'],
    2,
    /^sockscope: --nic loss must be a number between 0 and 1, got 5/,
  );
  refused(
    'a probability that is no number: as it was typed',
    ['run', file, '--nic', 'loss=nan'],
    2,
    /^sockscope: --nic loss must be a number between 0 and 1, got "nan"\n/,
  );
  refused(
    'an interface without an address',
    ['run', file, '--interface', 'eth0=local=127.0.0.1:7001,remote=127.0.0.1:7002'],
    2,
    /^sockscope: --interface eth0 address must be an address with its prefix/,
  );
  refused(
    "an interface's wire to another computer",
    ['run', file, '--interface', 'eth0=10.9.0.1/24,local=127.0.0.1:7001,remote=10.0.0.1:7002'],
    2,
    /^sockscope: --interface eth0 remote must be on the loopback/,
  );
  refused(
    "an interface's wire with a name only",
    ['run', file, '--interface', 'eth0=10.9.0.1/24,local'],
    2,
    /^sockscope: --interface takes NAME=VALUE, got "local"/,
  );
  refused(
    'a size of two points',
    ['run', file, '--nic', 'mtu=1.2.3'],
    2,
    /^sockscope: --nic mtu must be a whole number between 68 and 65536, got "1\.2\.3"\n/,
  );
  refused(
    'a name that a sysctl does not take: with those that it takes',
    ['run', file, '--sysctl', 'net.ipv4.tcp_congestion_control=fast'],
    2,
    /does not take "fast": it takes one of .*\bcubic\b/,
  );
  refused(
    'a time without a unit that is known',
    ['run', file, '--nic', 'latency=10parsec'],
    2,
    /^sockscope: --nic latency must be .*10us.*got "10parsec"/,
  );
  refused(
    'a ring that is no power of two',
    ['run', file, '--nic', 'ringSize=100'],
    2,
    /^sockscope: --nic ringSize must be a power of two/,
  );
  refused(
    'an unknown property of the NIC',
    ['run', file, '--nic', 'color=red'],
    2,
    /^sockscope: --nic color is not known: use one of mtu/,
  );
  refused(
    'an unknown tracepoint',
    ['run', file, '--trace', 'tcp:nothing'],
    2,
    /^sockscope: --trace tcp:nothing: no such tracepoint \(there are syscalls:sys_enter/,
  );
  refused(
    'a capture that cannot be written',
    ['run', file, '--pcap', '/nowhere/at/all.pcapng'],
    2,
    /^sockscope: --pcap \/nowhere\/at\/all\.pcapng: ENOENT/,
  );
});
