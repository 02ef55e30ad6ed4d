/** The Pictures view in a real browser, with a made-up extension around it. */
import type { Page } from 'playwright-core';
import type { DrawnData, DrawnId, WantedOf } from '../../../debug-adapter/protocol.ts';
import {
  parseFromPictures,
  parseToPictures,
  type FromPictures,
  type FromPicturesOf,
  type ToPictures,
} from '../../../webviews/pictures/messages.ts';
import {
  deliver,
  load,
  openWebview,
  violationsOf,
  type OpenedPage,
  type PageOptions,
} from './webviewPage.ts';

export class PicturesPage {
  readonly page: Page;
  /** What the browser complained about: must stay empty. */
  readonly complaints: string[];
  /** Everything the view sent. */
  readonly sent: FromPictures[] = [];
  /** What the adapter would answer, by picture. */
  readonly data = new Map<DrawnId, DrawnData>();
  readonly close: () => Promise<void>;

  private constructor({ page, complaints, close }: OpenedPage) {
    this.close = close;
    this.page = page;
    this.complaints = complaints;
  }

  static async open(options: PageOptions = {}): Promise<PicturesPage> {
    const opened = await openWebview('pictures', options, (message) => view.receive(message));
    // Nothing is received before it has loaded.
    const view: PicturesPage = new PicturesPage(opened);
    await load(view.page);
    return view;
  }

  async send(message: ToPictures): Promise<void> {
    // What the extension sends is held to the same agreement.
    await deliver(this.page, parseToPictures(message));
  }

  /** A stop with this data. */
  async stopped(data: DrawnData): Promise<void> {
    this.data.set(data.picture, data);
    await this.send({ type: 'changed', session: 'one', running: false, moment: 't = 0.003 s' });
  }

  sentOf<T extends FromPictures['type']>(type: T): FromPicturesOf<T>[] {
    return this.sent.filter((message): message is FromPicturesOf<T> => message.type === type);
  }

  /** What was asked for of this picture. */
  wantedOf<Id extends DrawnId>(picture: Id): WantedOf<Id>[] {
    return this.sentOf('getPicture')
      .map(({ wanted }) => wanted)
      .filter((wanted): wanted is WantedOf<Id> => wanted.picture === picture);
  }

  violations(): Promise<string[]> {
    return violationsOf(this.page);
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parseFromPictures(raw);
    this.sent.push(message);
    if (message.type !== 'getPicture') return;
    const {
      id,
      wanted: { picture },
    } = message;
    const data = this.data.get(picture);
    await this.send(
      data === undefined ? { type: 'failed', id, message: `no ${picture}` } : { type: 'picture', id, data },
    );
  }
}
