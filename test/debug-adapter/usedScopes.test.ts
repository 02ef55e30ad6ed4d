/** What V8 keeps of each evaluation of a breakpoint's condition. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsedScopes } from '../../debug-adapter/inspect/usedScopes.ts';

describe('what V8 keeps of evaluated conditions', () => {
  it('is collected in time, with a function that programs do not see', async () => {
    const kept = new WeakRef({});
    // What a reference was made to lives as long as the code that has made it.
    await sleep(0);
    const scopes = new UsedScopes();
    for (let evaluation = 0; evaluation < 1999; evaluation++) scopes.add();
    assert.notEqual(kept.deref(), undefined);
    await sleep(0);
    scopes.add();
    assert.equal(kept.deref(), undefined);
    assert.equal('gc' in globalThis, false);
  });
});
