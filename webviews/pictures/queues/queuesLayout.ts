/** Where the parts of the queues' picture stand: side by side, or one above the other where there is little width. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
/** A queue: its box, and the places in it. */
export interface QueueLayout extends Box {
  /** The width of a chip. */
  chip: number;
  columns: number;
  rows: number;
}
export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}
export interface Layout {
  width: number;
  height: number;
  isUpright: boolean;
  syn: Line;
  ack: Line;
  accept: Line;
  synQueue: QueueLayout;
  acceptQueue: QueueLayout;
}

/** Chips are as wide as the columns of their queue allow. */
export const CHIP = { width: { least: 138, most: 188 }, height: 36, gap: 6 } as const;
/** The line above the chips of a queue: its name and length. */
export const HEAD = 24;
const PADDING = 6;
/** Room for an arrow and its texts. */
const ARROW = { beside: 104, above: 46 } as const;
const NARROW = 640;
/** A queue that can be read: so many rows of chips, with the queue around. */
const leastHeight = (rows: number) => HEAD + rows * (CHIP.height + CHIP.gap) + PADDING;

function queue(box: Box): QueueLayout {
  const fit = (room: number, size: number) => Math.max(1, Math.floor((room + CHIP.gap) / (size + CHIP.gap)));
  const room = box.width - 2 * PADDING;
  const columns = fit(room, CHIP.width.least);
  return {
    ...box,
    chip: Math.min(CHIP.width.most, Math.floor((room - (columns - 1) * CHIP.gap) / columns)),
    columns,
    rows: fit(box.height - HEAD - PADDING, CHIP.height),
  };
}

/** Where the place with this index is. */
export function place({ x, y, chip, columns }: QueueLayout, index: number): { x: number; y: number } {
  return {
    x: x + PADDING + (index % columns) * (chip + CHIP.gap),
    y: y + HEAD + Math.floor(index / columns) * (CHIP.height + CHIP.gap),
  };
}

function beside(width: number, height: number): Layout {
  const { beside: arrow } = ARROW;
  const boxWidth = Math.max(CHIP.width.least + 2 * PADDING, (width - 3 * arrow) / 2);
  const [first, second] = [arrow, 2 * arrow + boxWidth];
  const y = 2;
  const boxHeight = Math.max(leastHeight(1), height - 4);
  const middle = y + Math.min(boxHeight / 2, HEAD + 60);
  const line = (x: number): Line => ({ x1: x + 8, y1: middle, x2: x + arrow - 6, y2: middle });
  return {
    width: 3 * arrow + 2 * boxWidth,
    height: boxHeight + 4,
    isUpright: false,
    syn: line(0),
    ack: line(first + boxWidth),
    accept: line(second + boxWidth),
    synQueue: queue({ x: first, y, width: boxWidth, height: boxHeight }),
    acceptQueue: queue({ x: second, y, width: boxWidth, height: boxHeight }),
  };
}

function upright(width: number, height: number): Layout {
  const { above: arrow } = ARROW;
  const boxHeight = Math.max(leastHeight(2), (height - 3 * arrow) / 2);
  const boxWidth = Math.max(CHIP.width.least + 2 * PADDING, width - 4);
  const [first, second] = [arrow, 2 * arrow + boxHeight];
  const line = (y: number): Line => ({ x1: 28, y1: y + 4, x2: 28, y2: y + arrow - 6 });
  return {
    width: boxWidth + 4,
    height: 3 * arrow + 2 * boxHeight,
    isUpright: true,
    syn: line(0),
    ack: line(first + boxHeight),
    accept: line(second + boxHeight),
    synQueue: queue({ x: 2, y: first, width: boxWidth, height: boxHeight }),
    acceptQueue: queue({ x: 2, y: second, width: boxWidth, height: boxHeight }),
  };
}

export function layout(width: number, height: number): Layout {
  return width < NARROW ? upright(width, height) : beside(width, height);
}
