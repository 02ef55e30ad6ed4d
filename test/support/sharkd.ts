/** Which packets Debian's sharkd, tshark's sibling, finds with display filters: one process answers them all. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Answer {
  id: number;
  result?: { num: number }[];
  error?: { message: string };
}

/** By its port it would take the data for this. */
const PLAIN = ['echo'];

/**
 * Of each filter the numbers of the packets that it selects, or why it is refused. A process has one file: with
 * another it would remember what filters had selected, and the names of interfaces.
 */
export function sharkdMatches(file: string, filters: readonly string[]): (number[] | string)[] {
  const answers = ask([
    // As in test/support/pdml.ts: checksums are verified.
    ...['ip', 'tcp', 'udp'].map((protocol) => ({
      method: 'setconf',
      params: { name: `${protocol}.check_checksum`, value: 'TRUE' },
    })),
    { method: 'load', params: { file } },
    ...filters.map((filter) => ({ method: 'frames', params: { filter } })),
  ]).slice(-filters.length);
  return answers.map(({ result, error }) => result?.map(({ num }) => num) ?? error?.message ?? 'no answer');
}

function ask(questions: readonly { method: string; params: object }[]): Answer[] {
  const input = questions.map((question, id) => JSON.stringify({ jsonrpc: '2.0', id: id + 1, ...question }));
  const configuration = mkdtempSync(path.join(tmpdir(), 'sockscope-sharkd-'));
  try {
    writeFileSync(path.join(configuration, 'disabled_protos'), PLAIN.join('\n') + '\n');
    const { stdout, error } = spawnSync('sharkd', ['-'], {
      input: input.join('\n') + '\n',
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: { ...process.env, TZ: 'UTC', WIRESHARK_CONFIG_DIR: configuration },
    });
    if (error) throw error;
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    const byId = new Map(
      lines.map((line) => JSON.parse(line) as Answer).map((answer) => [answer.id, answer]),
    );
    return questions.map((question, id) => {
      const answer = byId.get(id + 1);
      assert.ok(answer, `sharkd did not answer ${JSON.stringify(question)}: ${stdout.slice(-500)}`);
      return answer;
    });
  } finally {
    rmSync(configuration, { recursive: true, force: true });
  }
}
