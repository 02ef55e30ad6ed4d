/** The reasons that the tests of this folder hold against the code that ran are all that the stack has: what no type counts. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { english, say } from '../../../language/message.ts';
import { dropReason } from '../../../debug-adapter/packets/truth/dropReason.ts';
import { DROP_DETAILS } from '../../../stack/capture/drop_detail.ts';
import { CA_REASONS } from '../../../stack/capture/state_reason.ts';
import { VALUE_REASONS } from '../../../stack/capture/value_reason.ts';
import { ROOT } from '../support/paths.ts';

/** They are the freeing of what has been processed; NOT_SPECIFIED is a drop where a detail is told. */
const NO_DROP = ['NOT_SPECIFIED', 'TCP_RESET'];

function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\b(dropreason|drop_detail)\.ts$/.test(file))
    .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8').replace(/^import [^;]*;/gm, ''));
}
const found = (sources: readonly string[], pattern: RegExp): string[] => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!))),
];

describe('The drops of the stack', () => {
  const stack = sourcesIn('stack');
  /** What `Captured.dropped()` gets, and the tables from which it gets that. */
  const tests = sourcesIn('test/debug-adapter/causes');

  it('are held in these tests, each with its reason', () => {
    const used = found(stack, /\bSKB_DROP_REASON_(\w+)/g).filter((reason) => !NO_DROP.includes(reason));
    const held = [
      ...found(tests, /\breason: '([A-Z_0-9]+)'/g),
      ...found(tests, /\bdropped\(\s*'sockscope\.drop\.reason == "([A-Z_0-9]+)"/g),
      ...found(tests, /\bdropsOf\(tale, '([A-Z_0-9]+)'\)/g),
    ];
    const unheld = used.filter((reason) => !held.includes(reason));
    assert.deepEqual(unheld, [], 'no test comes to the code that drops for these');
    const mute = used.filter((reason) => say(english, dropReason(reason)) === `${reason}.`);
    assert.deepEqual(mute, [], 'only their names are told');
  });

  it('are held in these tests, each with its detail', () => {
    const held = [
      ...found(tests, /\bdetail: '(\w+)'/g),
      ...found(tests, /\bsockscope\.drop\.detail == "(\w+)"/g),
    ];
    const unheld = DROP_DETAILS.filter((detail) => !held.includes(detail));
    assert.deepEqual(unheld, [], 'no test comes to the code that tells these');
    const unused = DROP_DETAILS.filter((detail) => !stack.some((text) => text.includes(`'${detail}'`)));
    assert.deepEqual(unused, []);
  });
});

describe('The reasons for values and for states of congestion control', () => {
  it('are all told in these tests', () => {
    const tests = sourcesIn('test/debug-adapter/causes').join('\n');
    const isTold = (reason: string): boolean => new RegExp(`'${reason}'|^  ${reason}: \\[`, 'm').test(tests);
    assert.deepEqual(
      [...VALUE_REASONS, ...CA_REASONS].filter((reason) => !isTold(reason)),
      [],
    );
  });
});
