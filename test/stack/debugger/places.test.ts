/** What the stack says of itself to a debugger is so: the places are there, and the functions are in them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODE, INTERRUPT_ENTRIES, KERNEL_CODE, MACHINE_STOP } from '../../../stack/debugger/places.ts';
import * as names from '../../../stack/debugger/names.ts';
import { isKernel, isScheduler, SKIPPED_PATTERNS } from '../../../debug-adapter/inspect/codeKinds.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('the stack’s face for a debugger', () => {
  it('names files and folders that there are', () => {
    for (const place of [...Object.values(CODE), ...Object.values(KERNEL_CODE)].flat()) {
      const file = path.join(ROOT, place);
      assert.ok(existsSync(file), place);
      assert.equal(statSync(file).isDirectory(), place.endsWith('/'), place);
    }
  });

  it('names functions that are where it says', () => {
    for (const { functionName, url } of [MACHINE_STOP, ...INTERRUPT_ENTRIES])
      assert.match(
        readFileSync(path.join(ROOT, url), 'utf8'),
        new RegExp(`function ${functionName}\\(`),
        url,
      );
  });

  it('lets V8 pass over all that is not the kernel’s, but for the place where the machine stops itself', () => {
    const isSkipped = (url: string) => SKIPPED_PATTERNS.some((pattern) => new RegExp(pattern).test(url));
    for (const url of [
      'stack/user/library.ts',
      'stack/kernel/sched/idle.ts',
      'stack/trace/tracer.ts',
      'node:fs',
    ])
      assert.ok(isSkipped(url), url);
    for (const url of [
      MACHINE_STOP.url,
      'stack/net/ipv4/arp.ts',
      'stack/kernel/sched/wait.ts',
      'file:///home/x.ts',
    ])
      assert.ok(!isSkipped(url), url);
    assert.ok(isKernel('stack/kernel/sched/wait.ts'));
    assert.ok(isScheduler('stack/world/run.ts'));
  });

  it('has a number for each name', () => {
    for (const [table, numbers] of Object.entries(names))
      for (const [name, number] of Object.entries(numbers))
        assert.equal(typeof number, 'number', `${table}.${name}`);
    assert.equal(names.TCP_HEADER_FLAGS.TCPHDR_SYN, 2);
    assert.equal(names.SKB_DROP_REASONS['SKB_DROP_REASON_NO_SOCKET'], 2);
  });
});
