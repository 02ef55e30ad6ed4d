import assert from 'node:assert/strict';
import { TallScroll, type Scroller } from '../../webviews/tallScroll.ts';

const [HEADER, VIEW] = [22, 522];

/** An element that scrolls as a browser's does. */
class Element implements Scroller {
  readonly clientHeight = VIEW;
  contents = 0;
  private top = 0;

  get scrollHeight(): number {
    return Math.max(VIEW, this.contents + HEADER);
  }
  get scrollTop(): number {
    return this.top;
  }
  set scrollTop(top: number) {
    this.top = Math.round(Math.min(this.scrollHeight - VIEW, Math.max(0, top)));
  }
}

function scrolling(total: number): { element: Element; scroll: TallScroll } {
  const element = new Element();
  const scroll = new TallScroll(element, HEADER);
  scroll.setTotal(total);
  element.contents = scroll.height;
  scroll.update();
  return { element, scroll };
}

describe('the position in a tall list', () => {
  it('is the element’s where the list fits into it', () => {
    const { element, scroll } = scrolling(2_200_000);
    element.scrollTop = 1234;
    scroll.update();
    assert.deepEqual([scroll.height, scroll.top, scroll.offset], [2_200_000, 1234, 0]);
    scroll.moveTo(1e9);
    assert.deepEqual([scroll.top, element.scrollTop], [2_200_000 + HEADER - VIEW, scroll.end]);
  });

  it('reaches both ends of a list that does not, by dragging, by jumps and step by step', () => {
    const { element, scroll } = scrolling(22_000_000);
    assert.ok(scroll.height < 33_000_000 / 4, `${scroll.height} pixels at a density of four`);
    const drag = (share: number) => {
      element.scrollTop = share * (element.scrollHeight - VIEW);
      scroll.update();
      return Math.round((1000 * scroll.top) / scroll.end);
    };
    assert.deepEqual([drag(1), drag(0.5), drag(0)], [1000, 500, 0]);
    scroll.moveTo(1e9);
    assert.deepEqual([scroll.top, element.scrollTop], [scroll.end, element.scrollHeight - VIEW]);
    const before = scroll.end;
    for (const [direction, goal] of [
      [-1, 0],
      [1, before],
    ] as const) {
      let steps = 0;
      for (; scroll.top !== goal; steps++) {
        const from = scroll.top;
        element.scrollTop += direction * 500;
        scroll.update();
        const isLast = scroll.top === goal;
        assert.ok(isLast || scroll.top - from === direction * 500, `from ${from} to ${scroll.top}`);
      }
      assert.equal(steps, Math.ceil(before / 500));
    }
  });

  it('stays where it is while the list grows beyond the element', () => {
    const { element, scroll } = scrolling(7_000_000);
    scroll.moveTo(1e9);
    const { top } = scroll;
    scroll.setTotal(20_000_000);
    element.contents = scroll.height;
    scroll.update();
    assert.equal(scroll.top, top);
    element.scrollTop += 100;
    scroll.update();
    assert.equal(scroll.top, top + 100);
  });
});
