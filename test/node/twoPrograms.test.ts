/** Two programs of one kind on one machine: what Node keeps for a program is not used by the other. */
import assert from 'node:assert/strict';
import { Files, sockscope } from '../debug-adapter/support/commandLine.ts';

const SERVER = `
import http from 'node:http';
http.createServer((request, response) => response.end(String(request.socket.remotePort))).listen(80);
`;
/** Asks twice by fetch(), whose connections are kept, too. */
const FETCHER = `
import { setTimeout as pause } from 'node:timers/promises';
await pause((process.pid - 100) * 10);
for (const time of ['first', 'second']) {
  console.log(process.pid, time, await (await fetch('http://127.0.0.1/')).text());
  await pause(100);
}
process.exit();
`;
/** Asks twice, over a connection that Node's global agent keeps. */
const CLIENT = `
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
const ask = () => new Promise((resolve, reject) => {
  http.get('http://127.0.0.1/', (response) => response.setEncoding('utf8').on('data', resolve)).on('error', reject);
});
await pause((process.pid - 100) * 10);
for (const time of ['first', 'second']) {
  console.log(process.pid, time, await ask());
  await pause(100);
}
`;

describe('two Node programs', () => {
  const files = new Files();

  it('keep connections of their own in the global agent', () => keepOwn(CLIENT));
  it('keep connections of their own behind fetch()', () => keepOwn(FETCHER));

  async function keepOwn(program: string): Promise<void> {
    const client = files.scenario(program, 'client.mjs');
    const { stdout, stderr, code } = await sockscope(
      'run',
      files.scenario(SERVER, 'server.mjs'),
      client,
      client,
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    const portsOf = (pid: string) => answers.filter(([asker]) => asker === pid).map(([, , port]) => port);
    const [one, other] = [portsOf('101'), portsOf('102')];
    assert.equal(one.length, 2);
    assert.equal(one[0], one[1], 'the connection is kept');
    assert.equal(other[0], other[1], 'the connection is kept');
    assert.notEqual(one[0], other[0]);
  }
});
