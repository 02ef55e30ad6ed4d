/** What Debian's tshark makes of a capture: the yardstick for everything that is said about packets. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';

/** Skips the tests where there is no tshark. `.ci/run` installs it: there it has to be. */
export function needTshark(context: Mocha.Context): void {
  if (!spawnSync('tshark', ['--version']).error) return;
  assert.equal(process.env['CI'], undefined, 'tshark is missing in CI');
  context.skip();
}

/** Protocol and Info of each packet, but for the protocol that port 7 stands for. */
export function tsharkRows(file: string): string[] {
  return tsharkColumns(file, '--disable-protocol', 'echo');
}

/** Protocol and Info of each packet. */
export function tsharkColumns(file: string, ...options: string[]): string[] {
  const columns = ['-T', 'fields', '-e', '_ws.col.Protocol', '-e', '_ws.col.Info'];
  // Two passes: a request names its reply.
  const output = execFileSync('tshark', ['-2', ...options, '-r', file, ...columns], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace('\t', '  '));
}

/** Packets that are malformed, or whose checksums are wrong, and what tshark said on stderr about the file: nothing, if all is well. */
export function tsharkComplaints(file: string, ...options: string[]): string {
  const filter =
    '_ws.malformed || ip.checksum.status == "Bad" || _ws.expert.group == "Malformed" || _ws.expert.group == "Checksum"';
  const { stdout, stderr } = spawnSync(
    'tshark',
    ['-n', '-r', file, '-o', 'ip.check_checksum:TRUE', ...options, '-Y', filter],
    {
      encoding: 'utf8',
    },
  );
  // Running as root is not about the file.
  return stdout + stderr.replace(/^Running as user "root".*\n/m, '');
}
