/** How breakpoints are taken away while V8 stands: what is set meanwhile, and when it goes. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CdpClient } from '../../../debug-adapter/cdp/cdpClient.ts';
import type { Scripts } from '../../../debug-adapter/cdp/scripts.ts';
import { Removal } from '../../../debug-adapter/control/removal.ts';

/** V8 as far as it is needed here: it notes what it is told, and tells where it stands. */
class FakeV8 {
  readonly told: string[] = [];
  readonly removal: Removal;
  readonly #listeners = new Map<string, (params: unknown) => void>();
  #answers: (() => void)[] = [];

  constructor() {
    const client = {
      on: (event: string, listener: (params: unknown) => void) => void this.#listeners.set(event, listener),
      send: (method: string, params: { breakpointId?: string; lineNumber?: number }) => {
        const isSet = method === 'Debugger.setBreakpointByUrl';
        const id = isSet ? `anchor at ${params.lineNumber}` : params.breakpointId!;
        this.told.push(`${isSet ? 'set' : 'remove'} ${id}`);
        return new Promise((resolve) => this.#answers.push(() => resolve({ breakpointId: id })));
      },
    };
    const scripts = { get: () => ({ url: 'stack/a.ts' }) };
    this.removal = new Removal(client as unknown as CdpClient, scripts as unknown as Pick<Scripts, 'get'>);
  }
  /** @param beginning the line of the function */
  stands(beginning: number): void {
    const functionLocation = { scriptId: '1', lineNumber: beginning, columnNumber: 0 };
    this.#listeners.get('Debugger.paused')!({ callFrames: [{ functionLocation }] });
  }
  goesOn(): void {
    this.#listeners.get('Debugger.resumed')!({});
  }
  async answers(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer();
    await nextTurn();
  }
}

describe('removing breakpoints', () => {
  it('keeps one in the function where V8 stands, until it stands elsewhere', async () => {
    const v8 = new FakeV8();
    v8.stands(3);
    void v8.removal.remove('a');
    void v8.removal.remove('b');
    assert.deepEqual(v8.told.splice(0), ['set anchor at 3', 'remove a', 'remove b']);
    await v8.answers();
    v8.goesOn();
    v8.stands(3);
    assert.deepEqual(v8.told, []);
    v8.goesOn();
    v8.stands(9);
    await v8.answers();
    assert.deepEqual(v8.told, ['remove anchor at 3']);
  });
  it('keeps none where V8 goes on without a step, also if V8 has not answered yet', async () => {
    const v8 = new FakeV8();
    v8.stands(3);
    void v8.removal.remove('a');
    v8.removal.release();
    assert.deepEqual(v8.told.splice(0), ['set anchor at 3', 'remove a']);
    await v8.answers();
    assert.deepEqual(v8.told, ['remove anchor at 3']);
  });
  it('sets nothing while V8 runs', () => {
    const v8 = new FakeV8();
    void v8.removal.remove('a');
    assert.deepEqual(v8.told, ['remove a']);
  });
});
