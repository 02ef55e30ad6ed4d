/** Which conditions and log messages would change something, and are refused. */
import assert from 'node:assert/strict';
import { assignmentIn } from '../../../debug-adapter/control/assignments.ts';
import { withAdapter } from '../support/adapter.ts';
import { fixture } from '../support/paths.ts';

const READING = [
  'a == b && c === d || e != f && g !== h',
  'a <= b && c >= d && e < f && g > h',
  'list.some((one) => one.port === 80)',
  'name === "a = b" || name === \'x += 1\' || name === `c = ${d}`',
  '/a=b/.test(name) && x / y == z / 2',
  'a /* b = c */ === d // e = f',
  'map.delete',
  '[/[/=]/, 1][0].test(name)',
  '`${`${a === "}" ? 1 : 2} = `} =`',
];
const CHANGING: [text: string, operator: string][] = [
  ['(current.comm = "x") === "y"', '='],
  ['a=b', '='],
  ['n++ > 3', '++'],
  ['--n', '--'],
  ['a += 1', '+='],
  ['a / b / (c /= 2)', '/='],
  ['a >>>= 1', '>>>='],
  ['a >>= 1', '>>='],
  ['a ??= b', '??='],
  ['delete a.b', 'delete'],
  ['`${"}" + (a = 1)}`', '='],
  ['[1, 2].map((one) => (sum += one))', '+='],
];

describe('assignments of an expression', () => {
  for (const text of READING)
    it(`there is none in ${text}`, () => assert.equal(assignmentIn(text), undefined));
  for (const [text, operator] of CHANGING)
    it(`${operator} is one in ${text}`, () => assert.equal(assignmentIn(text), operator));

  it('are refused in conditions and log messages, with a word', () =>
    withAdapter(async (adapter) => {
      const program = fixture('handshake');
      const set = (options: object): Promise<{ breakpoints: { verified: boolean; message?: string }[] }> =>
        adapter.request('setBreakpoints', {
          source: { path: program },
          breakpoints: [{ line: 19, ...options }],
        });
      await adapter.launch({ program, stopOnEntry: true });
      await adapter.stopped();
      const wished = [
        { condition: '(current.comm = "x") === "y"' },
        { logMessage: 'name {current.comm = "x"}' },
      ];
      for (const options of wished) {
        const { breakpoints } = await set(options);
        assert.equal(breakpoints[0]!.verified, false);
        assert.match(breakpoints[0]!.message!, /changes something \(=\), which going back could not repeat/);
      }
      const { breakpoints } = await set({ condition: 'current.comm === "client"' });
      assert.equal(breakpoints[0]!.verified, true);
    }));
});
