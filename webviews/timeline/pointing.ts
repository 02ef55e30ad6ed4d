/** The pointer and the wheel on the timeline: dragging goes to a moment, a click chooses, the wheel zooms and moves. */
import type { Moment } from '../../debug-adapter/protocol.ts';

/** Less than this is a click. */
const DRAG_PIXELS = 4;
/** Keys that follow each other so quickly lead to the last moment only. */
const SOON_MS = 200;
const WHEEL_ZOOM = 1.25;

export interface PointingEvents {
  momentAt(x: number): Moment | undefined;
  /** The moment that is pointed at; undefined: none any more. */
  onPoint(moment: Moment | undefined): void;
  onTravel(moment: Moment): void;
  onClick(x: number, y: number): void;
  onZoom(factor: number, x: number): void;
  /** By a part of the window. */
  onPan(part: number): void;
}

export class Pointing {
  private readonly place: HTMLElement;
  private readonly events: PointingEvents;
  private begin: { x: number; y: number } | undefined;
  private isDragged = false;
  private soon: ReturnType<typeof setTimeout> | undefined;
  /** Pointed at, and not gone to yet. */
  moment: Moment | undefined;

  constructor(place: HTMLElement, events: PointingEvents) {
    this.place = place;
    this.events = events;
    place.addEventListener('pointerdown', (event) => this.down(event));
    place.addEventListener('pointermove', (event) => this.move(event));
    place.addEventListener('pointerup', (event) => this.up(event));
    place.addEventListener('pointercancel', () => this.clear());
    place.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  /** Go to a moment unless another one is wanted in the meantime. */
  goSoon(moment: Moment): void {
    clearTimeout(this.soon);
    this.pointAt(moment);
    this.soon = setTimeout(() => this.go(), SOON_MS);
  }
  clear(): void {
    clearTimeout(this.soon);
    this.begin = undefined;
    this.isDragged = false;
    this.pointAt(undefined);
  }

  private go(): void {
    const { moment } = this;
    this.clear();
    if (moment !== undefined) this.events.onTravel(moment);
  }
  private pointAt(moment: Moment | undefined): void {
    this.moment = moment;
    this.events.onPoint(moment);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.begin = this.inPlace(event);
    this.place.setPointerCapture(event.pointerId);
  }
  private move(event: PointerEvent): void {
    const { begin } = this;
    if (begin === undefined) return;
    const { x, y } = this.inPlace(event);
    this.isDragged ||= Math.hypot(x - begin.x, y - begin.y) >= DRAG_PIXELS;
    if (this.isDragged) this.pointAt(this.events.momentAt(x));
  }
  private up(event: PointerEvent): void {
    const { begin, isDragged } = this;
    if (begin === undefined) return;
    if (isDragged) return this.go();
    this.clear();
    const { x, y } = this.inPlace(event);
    this.events.onClick(x, y);
  }
  private wheel(event: WheelEvent): void {
    const { width } = this.place.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.events.onZoom(event.deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, this.inPlace(event).x);
    } else if (event.shiftKey || event.deltaX !== 0) {
      event.preventDefault();
      this.events.onPan((event.deltaX || event.deltaY) / Math.max(1, width));
    }
  }

  /** In the drawing, which scrolls. */
  private inPlace({ clientX, clientY }: MouseEvent): { x: number; y: number } {
    const { left, top } = this.place.getBoundingClientRect();
    return { x: clientX - left + this.place.scrollLeft, y: clientY - top + this.place.scrollTop };
  }
}
