/** The Timeline view in a real browser, with a made-up extension around it. */
import type { Page } from 'playwright-core';
import type { TimelineArguments, TimelineResponse } from '../../../debug-adapter/protocol.ts';
import {
  parseFromTimeline,
  parseToTimeline,
  type FromTimeline,
  type FromTimelineOf,
  type ToTimeline,
} from '../../../webviews/timeline/messages.ts';
import {
  deliver,
  load,
  openWebview,
  violationsOf,
  type OpenedPage,
  type PageOptions,
} from './webviewPage.ts';

export class TimelinePage {
  readonly page: Page;
  /** What the browser complained about: must stay empty. */
  readonly complaints: string[];
  /** Everything the view sent. */
  readonly sent: FromTimeline[] = [];
  /** What the adapter would answer. */
  answer: (wanted: TimelineArguments) => TimelineResponse = () => {
    throw new Error('nothing is to be answered');
  };
  readonly close: () => Promise<void>;

  private constructor({ page, complaints, close }: OpenedPage) {
    this.close = close;
    this.page = page;
    this.complaints = complaints;
  }

  static async open(options: PageOptions = {}): Promise<TimelinePage> {
    const opened = await openWebview('timeline', options, (message) => view.receive(message));
    // Nothing is received before it has loaded.
    const view: TimelinePage = new TimelinePage(opened);
    await load(view.page);
    return view;
  }

  async send(message: ToTimeline): Promise<void> {
    // What the extension sends is held to the same agreement.
    await deliver(this.page, parseToTimeline(message));
  }
  /** The machine has stopped. */
  stopped(): Promise<void> {
    return this.send({ type: 'changed', session: 'one', running: false, moment: 't = 0.003 s' });
  }

  sentOf<T extends FromTimeline['type']>(type: T): FromTimelineOf<T>[] {
    return this.sent.filter((message): message is FromTimelineOf<T> => message.type === type);
  }
  violations(): Promise<string[]> {
    return violationsOf(this.page);
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromTimeline(raw);
    this.sent.push(message);
    if (message.type !== 'getTimeline') return;
    await this.send({ type: 'timeline', id: message.id, data: this.answer(message.wanted) });
  }
}
