/** Regular expressions of filters: what PCRE2 means by them, on bytes and in any case. */
import assert from 'node:assert/strict';
import { compilePattern, PatternError } from '../../../../debug-adapter/packets/filter/run/pattern.ts';

const matches = (pattern: string, text: string): boolean =>
  compilePattern(Buffer.from(pattern)).test(Buffer.from(text).toString('latin1'));

describe('regular expressions of filters', () => {
  const CASES: [pattern: string, found: string[], notFound: string[]][] = [
    ['hello', ['say HELLO', 'hello'], ['helo']],
    ['(?-i)hello', ['hello'], ['Hello']],
    ['(?-i:H)ello', ['HELLO'], ['hello']],
    ['a(?-i)b|c', ['Ab', 'c'], ['AB', 'C']],
    ['(a(?-i)b)c', ['AbC'], ['ABC']],
    ['[a-c]x', ['Bx', 'bX'], ['dx']],
    ['[^a-c]x', ['dx'], ['Bx', 'bx']],
    ['[Z-a]', ['z', 'A', '_'], ['b', 'y']],
    ['[]a]', [']', 'A'], ['b']],
    ['[[:alpha:]]{3}', ['aBc'], ['a1b']],
    ['[[:upper:]]', ['a', 'A'], ['1']],
    ['(?-i)[[:upper:]]', ['A'], ['a']],
    ['[[:^digit:]]', ['a'], ['12']],
    [String.raw`\d+\.\d+`, ['1.5'], ['15']],
    [String.raw`\Ahello\z`, ['hello'], ['hello\n', ' hello']],
    ['hello$', ['hello', 'hello\n'], ['hello\nx', 'hello ']],
    ['(?m)^b$', ['a\nb\nc'], ['abc']],
    ['a.c', ['abc', 'a\rc'], ['a\nc']],
    ['(?s)a.c', ['a\nc'], ['ac']],
    [String.raw`\Qa.b\E+`, ['a.bb'], ['axb']],
    [String.raw`\x68\x{65}\154`, ['hel', 'HEL'], ['hal']],
    [String.raw`\h+x`, ['\t x'], ['\nx']],
    [String.raw`\Rx`, ['\r\nx', '\nx'], ['x']],
    [String.raw`\s`, [' ', '\v'], ['x']],
    ['(?>hel)lo', ['hello'], ['heo']],
    ['a++b', ['aab'], ['ac']],
    ['a*+a', [], ['aaa']],
    ['(a+)b(?>c)\\1', ['aabcaa'], ['aabcb', 'bc']],
    ['(?<x>a|b)\\k<x>', ['aa', 'bb'], ['ab']],
    ['(?P<name>.)(.)\\2\\1', ['abba'], ['abab']],
    ['(?<=h)ello', ['hello'], ['jello']],
    ['(?<!h)ello', ['jello'], ['hello']],
    ['(?x) h e l # a remark\n lo', ['hello'], ['h e l lo']],
    ['a(?#remark)b', ['ab'], ['b']],
    ['x{2,}', ['xx'], ['x']],
    ['x{,2}y', ['y', 'xxy'], ['x']],
    ['{a}', ['{A}'], ['a']],
    ['é', ['é'], ['É', 'e']],
    [String.raw`[\x80-\xff]{2}`, ['é'], ['e']],
    [String.raw`\p{L}`, ['a'], ['1']],
    ['', ['', 'x'], []],
  ];
  for (const [pattern, found, notFound] of CASES)
    it(JSON.stringify(pattern), () => {
      for (const text of found) assert.ok(matches(pattern, text), `${JSON.stringify(text)} is not found`);
      for (const text of notFound) assert.ok(!matches(pattern, text), `${JSON.stringify(text)} is found`);
    });

  const ERRORS: [pattern: string, message: RegExp][] = [
    ['(', /"\(" is never closed/],
    [')', /"\)" closes nothing/],
    ['[', /"\[" is never closed/],
    ['*', /"\*" has nothing before it to repeat/],
    ['a\\', /"\\" is at the end/],
    ['[z-a]', /runs backwards/],
    [String.raw`\1`, /no group 1/],
    [String.raw`\y`, /"\\y" is not known here/],
    ['(?R)', /"\(\?R" is not known here/],
    ['(?(1)a|b)', /is not known here/],
    ['(*ACCEPT)', /is not known here/],
    ['[[:latin:]]', /no class \[:latin:\]/],
    [String.raw`\x{100}`, /above \\xff/],
  ];
  for (const [pattern, message] of ERRORS)
    it(`refuses ${pattern}`, () => {
      assert.throws(
        () => compilePattern(Buffer.from(pattern)),
        (error) => error instanceof PatternError && message.test(error.message),
      );
    });
});
