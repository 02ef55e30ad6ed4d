// The walkthroughs' data, whole and consistent; what counts as done, and what is said of an answer.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LESSONS } from '../../extension/walkthroughs/lessons.ts';
import { contextKey, Progress, QUESTION } from '../../extension/walkthroughs/progress.ts';
import type { Stop } from '../../extension/walkthroughs/stop.ts';
import { root } from './support/scripts.ts';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    walkthroughs: {
      id: string;
      title: string;
      description: string;
      steps: {
        id: string;
        title: string;
        description: string;
        media: { svg: string; altText: string };
        completionEvents: string[];
      }[];
    }[];
  };
}
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as unknown;
const { contributes } = read('package.json') as Manifest;
const texts = read('package.nls.json') as Record<string, string>;
const stop = (facts: Partial<Stop>): Stop => ({ reason: 'breakpoint', label: '', functions: [], ...facts });
const lesson = (id: string) => LESSONS.find((one) => one.id === id)!;

function text(placeholder: string): string {
  const key = /^%(.+)%$/.exec(placeholder)?.[1];
  assert.ok(key !== undefined, `"${placeholder}" stands in package.json itself`);
  const found = texts[key];
  assert.ok(found !== undefined && found !== '', `package.nls.json has no ${key}`);
  return found;
}

describe('the walkthroughs of package.json', () => {
  it('are the lessons, step by step', () => {
    assert.deepEqual(
      contributes.walkthroughs.map(({ id, steps }) => [id, ...steps.map((step) => step.id)]),
      LESSONS.map(({ id, steps }) => [id, ...steps.map((step) => step.id), QUESTION]),
    );
  });

  for (const walkthrough of contributes.walkthroughs)
    it(`${walkthrough.id}: texts, pictures, commands, and what says that a step is done`, () => {
      text(walkthrough.title);
      text(walkthrough.description);
      for (const step of walkthrough.steps) {
        text(step.title);
        text(step.media.altText);
        assert.ok(existsSync(path.join(root, step.media.svg)), `${step.media.svg} is missing`);
        assert.deepEqual(step.completionEvents, [`onContext:${contextKey(lesson(walkthrough.id), step.id)}`]);
        const [link, ...others] = [...text(step.description).matchAll(/\]\(command:([^?)]+)\?([^)]*)\)/g)];
        assert.equal(others.length, 0);
        assert.ok(
          contributes.commands.some(({ command }) => command === link?.[1]),
          `no command ${link?.[1]}`,
        );
        assert.deepEqual(JSON.parse(decodeURIComponent(link![2]!)), [walkthrough.id, step.id]);
      }
    });

  it('each have a sample of their own', () => {
    assert.equal(new Set(LESSONS.map(({ sample }) => sample)).size, LESSONS.length);
    for (const { sample } of LESSONS) assert.ok(existsSync(path.join(root, 'samples', sample)), sample);
  });

  it('have a right answer and a wrong one each', () => {
    for (const { id, question } of LESSONS)
      assert.deepEqual([...new Set(question.answers.map(({ right }) => right))].sort(), [false, true], id);
  });
});

describe('what was done of a lesson', () => {
  it('comes from stops, not from clicks', () => {
    const progress = new Progress(lesson('handshake'));
    assert.deepEqual(progress.opened(), ['open']);
    assert.deepEqual(progress.stopped(stop({ reason: 'entry' })), ['start']);
    assert.deepEqual(progress.stopped(stop({ reason: 'step' })), []);
    const label = 'Paused on transition SYN_SENT → ESTABLISHED of :40312 → :8080';
    assert.deepEqual(progress.stopped(stop({ reason: 'transition', label })), ['synAck']);
    assert.deepEqual(progress.ended(), ['end']);
  });

  it('knows what the run has passed', () => {
    const progress = new Progress(lesson('handshake'));
    progress.started();
    progress.stopped(stop({ reason: 'transition', label: 'SYN_SENT → ESTABLISHED' }));
    assert.ok(progress.isAt('synAck'));
    assert.ok(!progress.hasPassed('synAck'), 'it is there');
    assert.ok(progress.hasPassed('syn'));
    assert.ok(!progress.hasPassed('ack'));
    progress.continued();
    assert.ok(progress.hasPassed('synAck'), 'it was there');
    progress.started();
    assert.ok(!progress.hasPassed('syn'), 'another run has passed nothing');
  });
});

describe('an answer', () => {
  it('is asked for first, and is no stop on entry and no step', () => {
    const progress = new Progress(lesson('handshake'));
    assert.equal(progress.judge(stop({ line: '  await accept(listener);' })), undefined);
    progress.ask();
    assert.equal(progress.judge(stop({ reason: 'entry' })), undefined);
    assert.equal(progress.judge(stop({ reason: 'step', line: 'await accept(' })), undefined);
  });

  it('that is wrong is told what it shows, and the question stays open', () => {
    const progress = new Progress(lesson('handshake'));
    progress.ask();
    const verdict = progress.judge(stop({ line: '  await listen(listener, 2);' }))!;
    assert.equal(verdict.right, false);
    assert.match(verdict.say.text, /Not yet/);
    assert.equal(
      progress.judge(stop({ line: 'await close(fd);' }))!.say,
      lesson('handshake').question.otherwise,
    );
    assert.ok(progress.asks);
  });

  it('that is right ends the question', () => {
    const progress = new Progress(lesson('handshake'));
    progress.ask();
    assert.equal(progress.judge(stop({ line: '  const connection = await accept(listener);' }))!.right, true);
    assert.equal(progress.judge(stop({ line: 'await close(fd);' })), undefined);
  });

  it('to the second client tells it from the first by the accept queue', () => {
    const progress = new Progress(lesson('queues'));
    progress.ask();
    const functions = ['inet_csk_reqsk_queue_drop', 'inet_csk_complete_hashdance'];
    assert.match(progress.judge(stop({ functions, acceptQueue: 0 }))!.say.text, /for the first client/);
    assert.equal(progress.judge(stop({ functions, acceptQueue: 1 }))!.right, true);
  });
});
