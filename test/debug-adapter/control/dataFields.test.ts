/** Which fields are watched, and in which machines. */
import assert from 'node:assert/strict';
import { Configuration } from '../../../debug-adapter/session/configuration.ts';
import { DataBreakpoints } from '../../../debug-adapter/inspect/dataBreakpoints.ts';
import type { OfferedField } from '../../../debug-adapter/control/dataFields.ts';
import { english } from '../../../language/message.ts';

function offer({ dataFields }: Configuration): OfferedField {
  const number = dataFields.take();
  const found = { struct: 'sock', url: 'sock.ts', path: [], moment: undefined };
  return dataFields.add({ number, text: `field ${number}`, name: 'x', ...found });
}
const numbers = (fields: readonly OfferedField[]): number[] => fields.map(({ number }) => number);
const watched = (owner: object): boolean => Object.getOwnPropertyDescriptor(owner, 'x')!.get !== undefined;

/** A machine that stands at event 5, and what tells it that an object is created. */
function machine(): { data: DataBreakpoints; create: (kind: number, owner: object) => void } {
  const waiting = new Map<number, (owner: object) => void>();
  const creations = {
    whenCreated: (kind: number, _ordinal: number, tell: (owner: object) => void) => waiting.set(kind, tell),
    forgetEarly: () => {},
  };
  const parts = [{ event: 5 }, {}, {}, creations, {}, { provide: () => {} }];
  const data = new DataBreakpoints(...(parts as unknown as ConstructorParameters<typeof DataBreakpoints>));
  return { data, create: (kind, owner) => waiting.get(kind)!(owner) };
}
const wish = (field: number) => ({ id: 1, field, access: 'write', condition: '', hitCondition: '' }) as const;

describe('debug adapter: fields that are needed', () => {
  it('stop whoever repeats the run as long as a breakpoint is on them; the owner of a socket does not', async () => {
    let id = 0;
    const configuration = new Configuration(
      () => ++id,
      () => {},
      english,
    );
    const { dataFields } = configuration;
    const [one, socket] = [offer(configuration), offer(configuration)];
    const watch = await configuration.addWatch({ dataId: String(one.number) });
    await configuration.setSocket(socket, true);
    assert.deepEqual(numbers(dataFields.used), [one.number, socket.number]);
    assert.deepEqual(dataFields.stopping, [one.number]);
    await configuration.removeWatches([watch.number]);
    await configuration.setSocket(socket, false);
    assert.deepEqual(numbers(dataFields.used), []);
  });

  it('are watched from the creation of their owners on only if their accesses are to be counted', () => {
    const { data, create } = machine();
    data.expect([
      { number: 1, name: 'x', kind: 0, ordinal: 1, isCounted: true },
      { number: 2, name: 'x', kind: 1, ordinal: 1, isCounted: false },
    ]);
    const [counted, known] = [{ x: 0 }, { x: 0 }];
    create(0, counted);
    create(1, known);
    assert.deepEqual([watched(counted), watched(known)], [true, false]);
    assert.equal(data.ownerOf(2), known);
    data.set([wish(2)]);
    assert.ok(watched(known));
  });

  it('are not watched any more in a run that takes another way, once nothing is set on them', () => {
    const { data, create } = machine();
    data.expect([
      { number: 1, name: 'x', kind: 0, ordinal: 1, isCounted: true },
      { number: 2, name: 'x', kind: 1, ordinal: 1, isCounted: true },
    ]);
    const owner = { x: 0 };
    create(0, owner);
    assert.deepEqual(data.expectNone(), [1]);
    data.set([wish(1)]);
    assert.ok(watched(owner));
    data.set([]);
    assert.ok(!watched(owner));
  });
});
