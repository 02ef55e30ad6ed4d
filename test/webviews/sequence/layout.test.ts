/** Where the parts of a sequence diagram are: a pure function of the data, without a drawing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SequenceResponse } from '../../../debug-adapter/protocol.ts';
import { layout, type Layout, type LayoutOptions } from '../../../webviews/pictures/sequence/layout.ts';
import { mermaid } from '../../../webviews/pictures/sequence/mermaid.ts';
import { itemsOf, rowsOf } from '../../../webviews/pictures/sequence/rows.ts';
import { sequenceTable } from '../../../webviews/pictures/sequence/sequenceTable.ts';
import { durationText, timeText } from '../../../webviews/pictures/sequence/time.ts';
import { at, handshake } from '../support/handshake.ts';

const OPTIONS: LayoutOptions = { width: 1200, spacing: 'events', zoom: 1, showNics: false };

describe('sequence diagram: layout', () => {
  const arrowOf = ({ arrows }: Layout, number: number) =>
    arrows.find(({ packet }) => packet.number === number)!;

  it('what one end does at one instant is one row', () => {
    const rows = rowsOf(itemsOf(handshake()));
    assert.deepEqual(
      rows.map(
        ({ timeNs, lifeline, items }) => `${timeNs} ${lifeline}: ${items.map(({ kind }) => kind).join()}`,
      ),
      [
        '0 process 100: call,state',
        '0 process 100: call',
        '0 process 101: call,state,sent',
        '10000 process 100: arrived,sent,queues',
        '20000 process 101: arrived,state,sent,return',
        '30000 process 100: arrived,state,state',
        '30000 process 100: queues',
        '30000 process 100: return',
      ],
    );
  });

  it('packets go down from one lifeline to the other, and the answer starts where the question arrives', () => {
    const drawing = layout(handshake(), OPTIONS);
    const [client, server] = drawing.columns;
    assert.ok(client!.x < server!.x);
    const [syn, synAck] = [arrowOf(drawing, 1), arrowOf(drawing, 3)];
    assert.equal(syn.points[0]!.x, client!.x);
    assert.equal(syn.points.at(-1)!.x, server!.x);
    assert.ok(syn.points.at(-1)!.y - syn.points[0]!.y >= 20);
    assert.deepEqual(synAck.points[0], syn.points.at(-1));
    assert.ok(drawing.arrows.every(({ label }) => label.isShown));
    assert.ok(drawing.notes.every(({ isShown }) => isShown));
    assert.ok(server!.x + server!.room <= OPTIONS.width);
  });

  it('a bar reaches from the call to its return, with its sleep inside', () => {
    const { bars, arrows } = layout(handshake(), OPTIONS);
    const connect = bars.find(({ call }) => call.name === 'connect')!;
    const [sleep] = connect.sleeps;
    assert.ok(connect.y1 < arrows[0]!.points[0]!.y);
    assert.ok(sleep!.y1 >= connect.y1 && sleep!.y2 <= connect.y2);
    assert.equal(connect.isOpen, false);
  });

  it('a second without anything is cut short, with its length; to scale it is not', () => {
    const sequence = handshake({ lost: true });
    const drawing = layout(sequence, OPTIONS);
    assert.deepEqual(
      drawing.breaks.map(({ text }) => text),
      ['1 s'],
    );
    assert.ok(drawing.height < 500, `${drawing.height} pixels`);
    const scaled = layout(sequence, { ...OPTIONS, spacing: 'scale' });
    assert.deepEqual(scaled.breaks, []);
    const [lost, again] = [arrowOf(scaled, 1), arrowOf(scaled, 2)];
    const [first, second] = [lost.points[0]!.y, again.points[0]!.y];
    assert.ok(second - first > 500);
  });

  it('a lost packet ends on its way', () => {
    const drawing = layout(handshake({ lost: true }), OPTIONS);
    const [client, server] = drawing.columns;
    const { x } = arrowOf(drawing, 1).points.at(-1)!;
    assert.ok(x > client!.x + 50 && x < server!.x - 50);
  });

  it('with NICs a packet stays on its level up to its NIC, and from the other one on', () => {
    const drawing = layout(handshake(), { ...OPTIONS, showNics: true });
    assert.deepEqual(
      drawing.columns.map(({ id }) => id),
      ['process 101', 'nic localhost lo', 'process 100'],
    );
    const { points } = arrowOf(drawing, 1);
    assert.equal(points.length, 4);
    assert.equal(points[0]!.y, points[1]!.y);
    assert.equal(points[1]!.x, points[2]!.x);
  });

  it('the stop is below what has happened, or at its event', () => {
    const sequence = handshake();
    const end = layout({ ...sequence, stop: at(60, 30) }, OPTIONS);
    assert.ok(end.stop!.y > end.places.at(-1)!.y);
    const between = layout({ ...sequence, stop: at(33, 10) }, OPTIONS);
    assert.ok(between.stop!.y < end.stop!.y);
  });

  it('whatever happens: time goes down, nothing is above the heads or beyond the end', () => {
    const moments = fc.array(fc.tuple(fc.nat(5), fc.nat(3_000_000)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        moments,
        fc.boolean(),
        fc.double({ min: 0.3, max: 60, noNaN: true }),
        (steps, isScaled, zoom) => {
          const sequence = packetsAt(steps);
          const drawing = layout(sequence, { ...OPTIONS, zoom, spacing: isScaled ? 'scale' : 'events' });
          const ys = drawing.places.map(({ y }) => y);
          assert.deepEqual(
            ys,
            [...ys].sort((a, b) => a - b),
          );
          for (const { points } of drawing.arrows)
            for (const { x, y } of points)
              assert.ok(x > 0 && x < drawing.width && y > 44 && y < drawing.height, `${x}, ${y}`);
        },
      ),
    );
  });

  it('no rows, no lifelines: an empty drawing', () => {
    const empty: SequenceResponse = {
      leftOut: 0,
      connections: [],
      lifelines: [],
      calls: [],
      packets: [],
      states: [],
      queues: [],
    };
    const drawing = layout(empty, OPTIONS);
    assert.deepEqual([drawing.columns, drawing.arrows, drawing.places], [[], [], []]);
  });
});

describe('sequence diagram: texts', () => {
  it('Mermaid', () => {
    assert.equal(
      mermaid(handshake({ lost: true })),
      `sequenceDiagram
  participant P1 as client [pid 101]<br/>127.0.0.1:40000
  participant P2 as server [pid 100]<br/>127.0.0.1:8080
  Note over P1,P2: t = 0.000 000 s
  Note right of P2: listen(3, 2) = 0
  Note right of P2: CLOSE → LISTEN
  Note right of P2: accept(3)
  Note right of P1: connect(3, 127.0.0.1:8080)
  Note right of P1: CLOSE → SYN_SENT
  P1-xP2: SYN Seq=0 (lost)
  Note over P1,P2: 1 s later
  P1->>P2: SYN Seq=0 again
  P2->>P1: SYN-ACK Seq=0 Ack=1
  Note right of P2: SYN queue 1 · accept queue 0 of 3
  Note right of P1: SYN_SENT → ESTABLISHED
  P1->>P2: ACK Seq=1 Ack=1
  Note right of P1: connect() = 0
  Note right of P2: LISTEN → SYN_RECV
  Note right of P2: SYN_RECV → ESTABLISHED
  Note right of P2: SYN queue 0 · accept queue 1 of 3
  Note right of P2: accept() = 4
`,
    );
  });

  it('the table says in words what is drawn', () => {
    const { caption, rows } = sequenceTable(handshake());
    assert.equal(caption, '3 packets and 3 system calls, in the order in which they happened.');
    assert.deepEqual(rows[6], [
      '0.000000',
      '12',
      'client',
      'packet sent',
      'Packet 1, client → server: SYN Seq=0 (asks for a connection), arrives after 10 µs.',
    ]);
    assert.ok(rows.some((row) => row[4] === 'connect() = 0 in client, after 20 µs.'));
  });

  it('times', () => {
    assert.deepEqual([10_000, 970_000, 1_056_000_000, 0].map(durationText), [
      '10 µs',
      '970 µs',
      '1.056 s',
      '0 ns',
    ]);
    assert.deepEqual([20_000, 1_000_000_001].map(timeText), ['0.000 020', '1.000 000 001']);
  });
});

/** Packets from here to there and back, each some time after the one before. */
function packetsAt(steps: readonly (readonly [number, number])[]): SequenceResponse {
  const base = handshake();
  const [first] = base.packets;
  let event = 1;
  let time = 0;
  const packets = steps.map(([kind, delay], index) => {
    const sent = at(event++, time);
    time += delay;
    const { arrived: _arrived, stored: _stored, ...rest } = first!;
    const packet = {
      ...rest,
      number: index + 1,
      sent,
      from: base.lifelines[kind % 2]!.id,
      to: base.lifelines[(kind + 1) % 2]!.id,
    };
    return kind > 3
      ? { ...packet, fate: 'lost' as const }
      : { ...packet, stored: at(event, time), arrived: at(event++, time) };
  });
  return { ...base, calls: [], states: [], queues: [], packets };
}
