/** Which of the arrivals before a line is the line before it. */
import assert from 'node:assert/strict';
import { lineBefore, type Here, type PlaceRole } from '../../../debug-adapter/travel/lineBefore.ts';
import type { NotedArrival } from '../../../debug-adapter/inspect/moments.ts';
import { SOFTIRQ_THREAD } from '../../../debug-adapter/inspect/threads.ts';

const THREAD = 100;
/** A function with lines 10 to 12 that returns at 13, called at line 5, whose function returns at 6. */
const ROLES: Record<string, PlaceRole> = {
  '10': { of: 'function', line: 10, returns: false },
  '11': { of: 'function', line: 11, returns: false },
  '11b': { of: 'function', line: 11, returns: false },
  '12': { of: 'function', line: 12, returns: false },
  return: { of: 'function', line: 13, returns: true },
  call: { of: 'caller', line: 5, returns: false },
  callersReturn: { of: 'caller', line: 6, returns: true },
  elsewhere: { of: 'other', line: 99, returns: false },
};
const NAMES = Object.keys(ROLES);

/** `11` or `11@101` (another task) or `11^2` (twice on the stack) or `11!` (in an interrupt). */
function arrivals(text: string): NotedArrival[] {
  return text.split(' ').map((word, event): NotedArrival => {
    const [, name, pid, depth, interrupt] = /^(\w+)(?:@(\d+))?(?:\^(\d+))?(!?)$/.exec(word)!;
    return {
      place: NAMES.indexOf(name!),
      event,
      arrival: 1,
      pid: Number(pid ?? THREAD),
      tgid: Number(pid ?? THREAD),
      isResumed: false,
      depth: Number(depth ?? 1),
      interrupt: interrupt === '!',
    };
  });
}
function before(text: string, more: Partial<Here> = {}): string | undefined {
  const here: Here = { thread: THREAD, line: 12, depth: 1, callerDepth: 1, asleep: false, ...more };
  const found = lineBefore(arrivals(text), Object.values(ROLES), here);
  return found && `${NAMES[found.place]!} at ${found.event}`;
}

describe('debug adapter: the line before', () => {
  it('is the last one of the function', () => assert.equal(before('call 10 11'), '11 at 2'));
  it('begins at its first place', () => assert.equal(before('call 10 11 11b'), '11 at 2'));
  it('is another line, even if the machine stands amid its own', () =>
    assert.equal(before('call 10 11 12'), '11 at 2'));
  it('is an earlier turn of a loop', () => assert.equal(before('call 10 11 12 10', { line: 11 }), '10 at 4'));
  it('at the first line is that of the call', () => assert.equal(before('call', { line: 10 }), 'call at 0'));
  it('is not that of an earlier call', () =>
    assert.equal(before('call 10 11 12 return callersReturn call', { line: 10 }), 'call at 6'));
  it('is the line of the call that led here, not of one before it', () =>
    assert.equal(before('call callersReturn call', { line: 10 }), 'call at 2'));
  it('is of the same thread', () => assert.equal(before('call 10 11 11@101 12!'), '11 at 2'));
  it('of the softirq context is what an interrupt has run', () =>
    assert.equal(before('10! 11! 11', { thread: SOFTIRQ_THREAD }), '11 at 1'));
  it('is not within a function that calls itself', () =>
    assert.equal(before('call 10 11 10^2 11^2 12^2 return^2'), '11 at 2'));
  it('passes over what is neither in the function nor in its caller', () =>
    assert.equal(before('call 10 elsewhere'), '10 at 1'));
  it('of a thread that sleeps is where it fell asleep', () =>
    assert.equal(before('call 10 11 12', { asleep: true }), '12 at 3'));
  it('may be unknown', () => {
    assert.equal(before('elsewhere'), undefined);
    assert.equal(before('11@101'), undefined);
  });
});
