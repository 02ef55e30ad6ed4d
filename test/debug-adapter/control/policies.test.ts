/**
 * Which pauses a step stops at: judged over pauses that V8 once made (`RECORD=1` records them anew), and over a few that
 * were made up for one rule each.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beginStep, type StepKind } from '../../../debug-adapter/control/policies/begin.ts';
import { Continue, RunToEntry } from '../../../debug-adapter/control/policies/continue.ts';
import { Interrupt } from '../../../debug-adapter/control/policies/interrupt.ts';
import { LeaveModules } from '../../../debug-adapter/control/policies/leaveModules.ts';
import type { Policy } from '../../../debug-adapter/control/policies/policy.ts';
import { ROOT } from '../support/paths.ts';
import {
  expand,
  record,
  verdictText,
  type CompactPause,
  type RecordedStep,
} from '../support/recordedPauses.ts';

const FILE = path.join(ROOT, 'test', 'debug-adapter', 'fixtures', 'pauses.json');
/** From the client's connect() down into the kernel, out of it again, and to the other threads. */
const WAY = [
  ...Array.from({ length: 24 }, () => 'stepIn' as const),
  ...Array.from({ length: 6 }, () => 'next' as const),
  ...Array.from({ length: 4 }, () => 'stepOut' as const),
  ...(['softirq', 'next', 'next', 'sleeping', 'next', 'stepOut', 'next', 'next'] as const),
];

function lines(steps: readonly RecordedStep[]): string {
  return `[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]\n`;
}

const CLIENT = 'client /scenario.ts:18';
const pause = (...frames: string[]): CompactPause => ({ frames, pid: 101 });
const step = (kind: StepKind, origin: CompactPause, more: object = {}): Policy =>
  beginStep(
    { kind, thread: 101, runs: true, isMachineStop: false, isTargeted: false, ...more },
    expand(origin),
  ).then;
const kernel = (name: string, line: number) => `${name} stack/net/ipv4/tcp/${name}.ts:${line}`;

const SETTERS = [
  'inet_sk_state_store stack/net/ipv4/af_inet/sock.ts:20',
  'tcp_set_state stack/net/ipv4/tcp/state.ts:64',
];

/** A pause that has come to a statement. */
function settled(): Interrupt {
  const interrupt = new Interrupt();
  interrupt.judge(expand(pause(CLIENT)));
  return interrupt;
}

/** A pause that has left a getter so many times. */
function leaving(times: number, ...frames: string[]): Interrupt {
  const interrupt = settled();
  for (let left = 0; left < times; left++) interrupt.judge(expand(pause(...frames)));
  return interrupt;
}

/** What is judged, by whom, and what comes of it. */
const RULES: [rule: string, policy: Policy, pause: CompactPause, verdict: string][] = [
  ['continue stops at a debugger statement', new Continue(), pause(CLIENT), 'stop'],
  ['run to entry stops there', new RunToEntry(), { ...pause(CLIENT), hit: true }, 'stop'],
  [
    'run to entry passes by the kernel, where V8 still ends a step',
    new RunToEntry(true),
    pause(kernel('vnic_link', 3)),
    'resume',
  ],
  [
    'a step out of a module that is loaded does not end in what loads it',
    new LeaveModules(step('next', pause('<module> /scenario.ts:30'))),
    pause('loadPrograms stack/programs.ts:61'),
    'resume',
  ],
  [
    'a step in such a module ends there',
    new LeaveModules(step('next', pause('<module> /scenario.ts:30'))),
    pause('<module> /scenario.ts:31'),
    'stop',
  ],
  [
    'or in what the module calls',
    new LeaveModules(step('stepIn', pause('<module> /scenario.ts:30'))),
    pause(kernel('htons', 3), '<module> /scenario.ts:30'),
    'stop',
  ],
  [
    'a pause waits for something to show',
    new Interrupt(),
    pause('run debug-adapter/worker/machine.ts:9'),
    'resume',
  ],
  ['a pause goes on to a statement first', new Interrupt(), pause(CLIENT), 'stepInto'],
  [
    'a step from a transition begins in the code that decided it',
    step('next', pause('machine_stop stack/trace/stop.ts:15', ...SETTERS, kernel('synrecv_acked', 3))),
    pause(...SETTERS, kernel('synrecv_acked', 3)),
    'stepOut',
  ],
  [
    'a pause does not stay in a getter',
    settled(),
    pause('get now stack/kernel/time.ts:7', CLIENT),
    'stepOut',
  ],
  [
    'a pause does not stay in a getter that another one has called',
    leaving(1, 'get current stack/machine.ts:128', 'get task stack/kernel/time.ts:9', CLIENT),
    pause('get task stack/kernel/time.ts:9', CLIENT),
    'stepOut',
  ],
  [
    'a pause stays in a getter that cannot be left',
    leaving(10, 'get now stack/kernel/time.ts:7', CLIENT),
    pause('get now stack/kernel/time.ts:7', CLIENT),
    'stop',
  ],
  ['a line is left', step('next', pause(CLIENT)), pause(CLIENT), 'stepOver'],
  ['the next line is a stop', step('next', pause(CLIENT)), pause('client /scenario.ts:19'), 'stop'],
  [
    'a step over a call does not end in it',
    step('next', pause(CLIENT)),
    pause(kernel('connect', 3), CLIENT),
    'stepOut',
  ],
  [
    'recursion: the same line, deeper, is not the same place',
    step('next', pause(CLIENT)),
    pause(CLIENT, CLIENT),
    'stepOut',
  ],
  [
    'a step into a call ends in it',
    step('stepIn', pause(CLIENT)),
    pause(kernel('connect', 3), CLIENT),
    'stop',
  ],
  ['a step in stops before the next call of the line', step('stepIn', pause(CLIENT)), pause(CLIENT), 'stop'],
  [
    'the way out of a function is no line of its own',
    step('stepIn', pause(CLIENT)),
    { ...pause(CLIENT), returns: true },
    'stepInto',
  ],
  [
    'a getter is left again',
    step('stepIn', pause(CLIENT)),
    pause('get sk_state stack/include/net/sock.ts:7', CLIENT),
    'stepOut',
  ],
  [
    'the library is passed through',
    step('stepIn', pause(CLIENT)),
    pause('call stack/user/library.ts:7', CLIENT),
    'stepInto',
  ],
  [
    'what the library calls on its own account is left',
    step('stepIn', pause(CLIENT)),
    pause(kernel('wake', 7), 'settle stack/user/library.ts:7'),
    'stepOut',
  ],
  [
    'a function is left for its caller',
    step('stepOut', pause(kernel('a', 1), CLIENT)),
    pause(CLIENT),
    'stop',
  ],
  [
    'a function that goes on is not left yet',
    step('stepOut', pause(kernel('a', 1), CLIENT)),
    pause(kernel('a', 2), CLIENT),
    'stepOut',
  ],
  [
    'a step does not end in another thread',
    step('next', pause(CLIENT)),
    { ...pause('server /scenario.ts:9'), pid: 102 },
    'untilThreadRuns, then wait',
  ],
  [
    'a file to be passed over is left by a step in through its calls',
    step('stepIn', pause(CLIENT)),
    { ...pause(kernel('connect', 3), CLIENT), skipped: true },
    'stepIntoCallees, then stepIn',
  ],
  [
    'a file to be passed over is left by other steps',
    step('next', pause(kernel('a', 1), CLIENT)),
    { ...pause(kernel('b', 3), CLIENT), skipped: true },
    'stepOut, then stepOut',
  ],
  [
    'a sleeping thread is stepped from where it is put on the CPU',
    step('next', pause(CLIENT), { runs: false, thread: 102 }),
    { ...pause('machine_stop stack/trace/stop.ts:15'), switched: true },
    'stepInto, then stepIn',
  ],
  [
    'out of a machine stop, then the step',
    step('stepIn', pause('machine_stop stack/trace/stop.ts:15', CLIENT), { isMachineStop: true }),
    pause(CLIENT),
    'stepIntoCallees, then stepIn',
  ],
];

describe('debug adapter: policies', () => {
  for (const [rule, policy, made, verdict] of RULES)
    it(rule, () => assert.equal(verdictText(policy.judge(expand(made))), verdict));

  it('gives up after many pauses at one line: the step stops', () => {
    const policy = step('next', pause(CLIENT));
    const verdicts = Array.from({ length: 61 }, () => verdictText(policy.judge(expand(pause(CLIENT)))));
    assert.deepEqual(new Set(verdicts.slice(0, 60)), new Set(['stepOver']));
    assert.equal(verdicts[60], 'stop');
  });

  it('judges recorded pauses as it did when they were made', async () => {
    if (process.env['RECORD'] === '1') writeFileSync(FILE, lines(await record(WAY)));
    assert.ok(existsSync(FILE), `${FILE} is not there yet: run the test once with RECORD=1`);
    const steps = JSON.parse(readFileSync(FILE, 'utf8')) as RecordedStep[];
    assert.ok(steps.length > 30);
    for (const [index, { origin, pauses, ...beginning }] of steps.entries()) {
      let policy: Policy = beginStep(beginning, expand(origin)).then;
      for (const { pause: made, verdict: expected } of pauses) {
        const verdict = policy.judge(expand(made));
        const where = `step ${index + 1} (${beginning.kind}) from ${origin.frames[0]} at ${made.frames[0]}`;
        assert.equal(verdictText(verdict), expected, where);
        if (verdict !== 'stop') policy = verdict.then ?? policy;
      }
    }
  });
});
