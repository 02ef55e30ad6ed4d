/** The bar between the list and the details: moved with the mouse or the arrow keys. */
import { t } from '../language.ts';
import { el } from '../dom.ts';
import type { Settings } from './settings.ts';

const STEP = 0.05;
const SMALLEST = 0.1;
const LARGEST = 0.9;

/** In a flat panel the two are side by side: same condition as in the stylesheet. */
const BESIDE = window.matchMedia('(max-height: 420px) and (min-width: 800px)');

/** The list's share of the room, above the details and beside them. */
export type Shares = Pick<Settings, 'listShare' | 'listShareBeside'>;

export function splitter(
  container: HTMLElement,
  shares: Shares,
  onChange: (shares: Shares) => void,
): HTMLElement {
  const bar = el('div', {
    class: 'splitter',
    role: 'separator',
    tab: 0,
    aria: { label: t('Size of the packet list'), valuemin: '10', valuemax: '90' },
  });
  const current = () => (BESIDE.matches ? shares.listShareBeside : shares.listShare);
  const set = (wanted: number): void => {
    const share = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    shares = BESIDE.matches ? { ...shares, listShareBeside: share } : { ...shares, listShare: share };
    container.style.setProperty('--list-share', `${share}fr`);
    container.style.setProperty('--details-share', `${1 - share}fr`);
    bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  };
  const orient = () => {
    bar.setAttribute('aria-orientation', BESIDE.matches ? 'vertical' : 'horizontal');
    set(current());
  };
  BESIDE.addEventListener('change', orient);
  orient();
  bar.addEventListener('pointerdown', (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener('pointermove', (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = container.getBoundingClientRect();
    set(BESIDE.matches ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height);
  });
  bar.addEventListener('pointerup', () => onChange(shares));
  bar.addEventListener('keydown', (event) => {
    const [less, more] = [current() - STEP, current() + STEP];
    const moves: Record<string, number> = {
      ArrowUp: less,
      ArrowLeft: less,
      ArrowDown: more,
      ArrowRight: more,
      Home: SMALLEST,
      End: LARGEST,
    };
    const wanted = moves[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    set(wanted);
    onChange(shares);
  });
  return bar;
}
