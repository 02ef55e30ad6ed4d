import assert from 'node:assert/strict';
import { LatencyWire } from '../../../stack/wire/latency.ts';
import { bareWorld, farEnd, frameOf, runHardware } from '../support/link.ts';

function wireOf(latency: number) {
  const world = bareWorld();
  const wire = new LatencyWire(world, latency);
  const end = farEnd(world);
  wire.attach(end.receive);
  return { world, wire, end };
}

describe('wire: latency', () => {
  it('delivers after its time, and says when more arrives at the same instant', () => {
    const { world, wire, end } = wireOf(500);
    for (const label of [1, 2, 3]) wire.transmit(frameOf(Uint8Array.of(label)));
    assert.deepEqual(wire.frames.length, 3);
    runHardware(world);
    assert.deepEqual(end.labels, [1, 2, 3]);
    assert.deepEqual(
      end.arrivals.map(({ at_ns }) => at_ns),
      [500, 500, 500],
    );
    assert.deepEqual(
      end.arrivals.map(({ more }) => more),
      [true, true, false],
    );
    assert.equal(wire.frames.length, 0);
  });

  it('what is sent while a frame arrives does not hold up those that are under way', () => {
    const { world, wire } = wireOf(1000);
    const arrivals: [number, number][] = [];
    const started = world.now_ns;
    wire.attach((frame) => {
      const label = frame.head[0]!;
      arrivals.push([label, world.now_ns - started]);
      // The first is answered at once.
      if (label === 1) wire.transmit(frameOf(Uint8Array.of(3)));
    });
    wire.transmit(frameOf(Uint8Array.of(1)));
    world.events.at(started + 500, () => void wire.transmit(frameOf(Uint8Array.of(2))), null);
    runHardware(world);
    assert.deepEqual(arrivals, [
      [1, 1000],
      [2, 1500],
      [3, 2000],
    ]);
  });

  it('delivers at once without latency', () => {
    const { wire, end } = wireOf(0);
    wire.transmit(frameOf(Uint8Array.of(1)));
    assert.deepEqual(end.labels, [1]);
  });

  it('lets a frame with a shorter way overtake those under way', () => {
    const { world, wire, end } = wireOf(1000);
    wire.transmit(frameOf(Uint8Array.of(1)));
    wire.transmit(frameOf(Uint8Array.of(2)));
    wire.deliver_after(frameOf(Uint8Array.of(3)), 10);
    runHardware(world);
    assert.deepEqual(end.labels, [3, 1, 2]);
    assert.deepEqual(
      end.arrivals.map(({ at_ns }) => at_ns),
      [10, 1000, 1000],
    );
  });

  it('carries what its receiver sends in answer', () => {
    const world = bareWorld();
    const wire = new LatencyWire(world, 100);
    const seen: number[] = [];
    wire.attach((frame) => {
      seen.push(frame.head[0]!);
      if (frame.head[0]! < 600) wire.transmit(frameOf(Uint8Array.of(frame.head[0]! + 1)));
    });
    wire.transmit(frameOf(Uint8Array.of(250)));
    wire.transmit(frameOf(Uint8Array.of(100)));
    runHardware(world, world.now_ns + 30_000);
    assert.deepEqual(seen.slice(0, 6), [250, 100, 251, 101, 252, 102]);
    assert.equal(seen.length, 600);
  });
});
