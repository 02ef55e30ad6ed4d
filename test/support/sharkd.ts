/** Which packets Debian's sharkd, tshark's sibling, finds with display filters: one process answers them all. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

interface Answer {
  id: number;
  result?: { num: number }[];
  error?: { message: string };
}

/** Of each filter the numbers of the packets that it selects, or why it is refused. */
export function sharkdMatches(file: string, filters: readonly string[]): (number[] | string)[] {
  const requests: { method: string; params: object }[] = [
    // As in test/support/pdml.ts: checksums are verified.
    ...['ip', 'tcp', 'udp'].map((protocol) => ({
      method: 'setconf',
      params: { name: `${protocol}.check_checksum`, value: 'TRUE' },
    })),
    { method: 'load', params: { file } },
    ...filters.map((filter) => ({ method: 'frames', params: { filter } })),
  ];
  const input = requests.map((request, id) => JSON.stringify({ jsonrpc: '2.0', id: id + 1, ...request }));
  const { stdout, error } = spawnSync('sharkd', ['-'], {
    input: input.join('\n') + '\n',
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...process.env, TZ: 'UTC' },
  });
  if (error) throw error;
  const answers = new Map(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Answer)
      .map((answer) => [answer.id, answer]),
  );
  const first = requests.length - filters.length + 1;
  return filters.map((filter, index) => {
    const answer = answers.get(first + index);
    assert.ok(answer, `sharkd did not answer ${filter}: ${stdout.slice(-500)}`);
    return answer.result?.map(({ num }) => num) ?? answer.error?.message ?? 'no answer';
  });
}
