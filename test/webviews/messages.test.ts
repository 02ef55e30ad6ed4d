import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFromPanel, parseToPanel, type PacketRow } from '../../webviews/messages.ts';

const row: PacketRow = {
  number: 1,
  time: '0.000000000',
  direction: 'out',
  source: 'a',
  destination: 'b',
  protocol: 'TCP',
  length: 60,
  info: '',
};

describe('messages between the extension and the Packets panel', () => {
  it('pass as they are when they are right', () => {
    const rows = {
      type: 'rows',
      id: 1,
      total: 5,
      matching: 2,
      rows: [{ ...row, colour: 'lost', fate: 'lost', reason: 'why' }],
      current: 1,
    };
    assert.deepEqual(parseToPanel(rows), rows);
    const field = {
      text: 'A: b',
      title: 'A',
      value: 'b',
      field: 'a',
      occurrence: 1,
      frame: 3,
      source: 1,
      offset: 0,
      length: 1,
      children: [{ text: 'c', title: 'c', offset: 0, length: 1 }],
    };
    const packet = {
      type: 'packet',
      id: 2,
      number: 1,
      sources: [{ name: 'Frame', base64: 'AA==' }],
      layers: [{ text: 'IP', title: 'IP', offset: 0, length: 1, children: [field] }],
    };
    assert.deepEqual(parseToPanel(packet), packet);
    assert.deepEqual(parseFromPanel({ type: 'getRows', id: 1, from: 0, count: 100, filter: 'tcp' }), {
      type: 'getRows',
      id: 1,
      from: 0,
      count: 100,
      filter: 'tcp',
    });
  });

  it('are refused with the place, what was expected and what came', () => {
    const refused = (parse: (value: unknown) => unknown, value: unknown, message: string) =>
      assert.throws(() => parse(value), { name: 'ShapeError', message });
    refused(
      parseToPanel,
      { type: 'rows', id: 1, total: 1, matching: 1, rows: [{ ...row, time: 3 }] },
      'rows.rows[0].time must be a string, got 3',
    );
    refused(
      parseToPanel,
      { type: 'rows', id: -1, total: 1, matching: 1, rows: [] },
      'rows.id must be a whole number of 0 or more, got -1',
    );
    refused(
      parseToPanel,
      { type: 'rows', id: 1, total: 1, matching: 1, rows: [{ ...row, fate: 'gone' }] },
      'rows.rows[0].fate must be one of "lost", "dropped", "delivered", "in flight", got "gone"',
    );
    refused(
      parseFromPanel,
      { type: 'goToCode', number: 1 },
      'goToCode.which must be one of "sent", "received", got nothing',
    );
    refused(
      parseFromPanel,
      null,
      'the type of a message from the Packets panel must be one of "ready", "getRows", "find", "makeFilter", "complete", "annotate", "comment", "askColumn", "askNumber", "showSocket", "showWay", "showFunctionGraph", "bookmark", "whatIf", "followStream", "changeFrame", "editFrame", "injectCopy", "breakOnLike", "remember", "focus", "getPacket", "goToCode", "goToSending", "runToArrival", "goToCause", "showCauses", "export", "openInWireshark", "copy", "run", "problem", got null',
    );
    assert.throws(() => parseFromPanel({ type: 'toString' }), /must be one of/);
  });

  it('of any other content are refused, and nothing worse', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const parse of [parseToPanel, parseFromPanel])
          assert.throws(() => parse(value), { name: 'ShapeError' });
      }),
    );
  });
});
