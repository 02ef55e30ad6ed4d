// The walkthroughs in the real VS Code, each to its end: the buttons of its steps, their check marks, its question.
import { readFileSync } from 'node:fs';
import { say, translator, type Bundle } from '../../language/message.ts';
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Lesson } from '../../extension/walkthroughs/lesson.ts';
import { LESSONS } from '../../extension/walkthroughs/lessons.ts';
import { WalkthroughPage } from './support/walkthroughPage.ts';
import { root } from './support/scripts.ts';
import { Workbench } from './support/workbench.ts';

/** A line of each lesson's sample that answers its question, or a function of the stack; and one that does not. */
const ANSWERS: Record<string, { wrong?: string; right: string; isFunction?: boolean }> = {
  handshake: { wrong: 'await listen(', right: 'await accept(' },
  queues: { right: 'inet_csk_reqsk_queue_drop', isFunction: true },
  retransmission: { right: 'tcp_retransmit_timer', isFunction: true },
  timeWait: { right: 'tw_timer_handler', isFunction: true },
  nic: { right: 'vnic_tx_queue', isFunction: true },
  fortyMs: { right: 'tcp_send_ack', isFunction: true },
};

const IN_CHINESE = ['queues', 'nic'];
const chinese = JSON.parse(readFileSync(path.join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Bundle;
/** Each is followed in one language: what they do, and where, is no matter of that. */
const LANGUAGES: readonly { name: string; language?: string; bundle: Bundle; lessons: readonly Lesson[] }[] =
  [
    { name: 'English', bundle: {}, lessons: LESSONS.filter(({ id }) => !IN_CHINESE.includes(id)) },
    {
      name: 'Chinese',
      language: 'zh-cn',
      bundle: chinese,
      lessons: LESSONS.filter(({ id }) => IN_CHINESE.includes(id)),
    },
  ];

for (const { name, language, bundle, lessons } of LANGUAGES)
  describe(`a walkthrough in ${name}`, function () {
    this.timeout(240_000);
    let code: Workbench;
    const t = translator(bundle);

    before(async () => {
      code = await Workbench.open({
        files: path.join(root, 'samples'),
        inPlace: true,
        expect: 'first-handshake.ts',
        ...(language && { language }),
      });
      await code.page.setViewportSize({ width: 1280, height: 720 });
      code.page.setDefaultTimeout(30_000);
    });
    after(() => code?.close());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await code?.failed(`${name} ${this.currentTest.title}`);
      await new WalkthroughPage(code).close();
    });

    for (const lesson of lessons)
      it(`${say(t, lesson.title)}: each step does what it says, and the question takes its answer`, async () => {
        const page = new WalkthroughPage(code);
        await page.open(say(t, lesson.title));
        await code.screenshot(`walkthrough${language ? `-${language}` : ''}-${lesson.id}-0`);
        for (const [index, { id }] of lesson.steps.entries()) {
          await page.carryOut(id);
          await page.done(id);
          await code.screenshot(
            `walkthrough${language ? `-${language}` : ''}-${lesson.id}-${index + 1}-${id}`,
          );
        }
        await page.carryOut('question');
        await code.debug.stopsOn(new RegExp(t('Paused on entry'), 'i'));
        const { wrong, right, isFunction } = ANSWERS[lesson.id]!;
        if (wrong !== undefined) {
          await page.answer(lesson.sample, wrong);
          await page.told(
            say(t, lesson.question.answers.find((one) => !one.right && one.stop.line === wrong)!.say),
          );
          assert.equal(await page.isDone('question'), false, 'a wrong answer counts as none');
        }
        if (isFunction) {
          await code.debug.breakOnFunction(right);
          for (let stops = 0; stops < 12 && !(await page.isDone('question')); stops++) {
            await code.debug.press('continue');
            await code.debug.stopsOn(/function breakpoint/i);
            // The answer is judged once the stop's facts are read.
            await page.isDoneWithin('question', 1000);
          }
        } else await page.answer(lesson.sample, right);
        await page.done('question');
        await page.told(say(t, lesson.question.answers.find((one) => one.right)!.say));
        await code.screenshot(`walkthrough${language ? `-${language}` : ''}-${lesson.id}-answered`);
      });
  });
