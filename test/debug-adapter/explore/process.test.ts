/** The process that explores for an editor. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { STOP, type ExploreOrder, type FromExplorer } from '../../../debug-adapter/explore/messages.ts';
import { nodeSample } from '../../support/samples.ts';

const MAIN = path.resolve(import.meta.dirname, '../../../../dist/debug-adapter/explore/main.js');

describe('the process that explores for an editor', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'sockscope-explore-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** All that it says until it ends by itself. */
  function said(
    order: Partial<ExploreOrder>,
    onMessage: (message: FromExplorer, send: (answer: string) => void) => void = () => {},
  ): Promise<FromExplorer[]> {
    const { configuration: launch } = nodeSample('paid-twice');
    const recording = path.join(folder, 'failure.sockscope');
    const process = fork(MAIN, ['en'], { execArgv: [] });
    const messages: FromExplorer[] = [];
    process.on('message', (message: FromExplorer) => {
      messages.push(message);
      onMessage(message, (answer) => process.send(answer));
    });
    process.send({
      launch,
      seeds: { first: 1, last: 40 },
      faults: ['loss'],
      asleep: [],
      recording,
      ...order,
    });
    return new Promise((resolve, reject) => {
      process.on('error', reject);
      process.on('exit', () => resolve(messages));
    });
  }

  it('tells how far it is, and what it has found and recorded', async () => {
    const messages = await said({});
    const progress = messages.filter(({ type }) => type === 'progress');
    assert.ok(progress.length > 3, JSON.stringify(messages));
    const last = messages.at(-1)!;
    assert.ok(last.type === 'over', JSON.stringify(last));
    assert.deepEqual(last.failure, {
      process: 'client',
      isHang: false,
      text: 'AssertionError [ERR_ASSERTION]: paid once',
      seed: 1,
      faults: 1,
      repetition: 'recorded',
    });
    assert.match(last.report, /FAILURE {2}an error was not caught/);
    assert.ok(statSync(path.join(folder, 'failure.sockscope')).size > 500);
  });

  it('tells what it has found when it is cancelled while that is made smaller', async () => {
    let isAsked = false;
    const messages = await said({ recording: path.join(folder, 'cancelled.sockscope') }, (message, send) => {
      if (isAsked || message.type !== 'progress' || !message.progress.isShrinking) return;
      isAsked = true;
      send(STOP);
    });
    const last = messages.at(-1)!;
    assert.ok(last.type === 'over' && last.failure !== null, JSON.stringify(last));
    assert.deepEqual([last.failure.process, last.failure.repetition], ['client', 'stopped']);
    assert.ok(!existsSync(path.join(folder, 'cancelled.sockscope')));
  });

  it('says of a program that fails at its top level that no recording opens it', async () => {
    const program = path.join(folder, 'top.mjs');
    writeFileSync(program, "throw new TypeError('top');\nexport async function p() {}");
    const last = (await said({ launch: { program } })).at(-1)!;
    assert.ok(last.type === 'over', JSON.stringify(last));
    assert.equal(last.failure?.repetition, 'unrecorded');
  });

  it('refuses what differs from run to run, and what is wrong, in words for people', async () => {
    const { configuration } = nodeSample('paid-twice');
    const [outside] = await said({ launch: { ...configuration, outside: true } });
    assert.ok(
      outside?.type === 'refused' && /^What comes from outside/.test(outside.message),
      JSON.stringify(outside),
    );
    const [wrong] = await said({ launch: { ...configuration, nic: { loss: 5 } } });
    assert.ok(
      wrong?.type === 'refused' && /launch\.nic\.loss must be/.test(wrong.message),
      JSON.stringify(wrong),
    );
  });
});
