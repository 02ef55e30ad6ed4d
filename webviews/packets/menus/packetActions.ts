/** What can be done with a packet: from its menus, by key and from the command palette. */
import { t } from '../../language.ts';
import type { Host } from '../../host.ts';
import type { ApplyAs, PacketChange, PacketField, PacketRow, ToPanelOf } from '../../messages.ts';
import type { SourceRange } from '../bytesPane.ts';
import { rowText } from '../columns/columns.ts';
import { bytesText, decoded, type BytesFormat } from './bytesText.ts';

/** What a filter is made from. */
export interface FilterBy {
  what: 'field' | 'stream' | 'conversation';
  field?: string;
  occurrence?: number;
}

export interface PacketActionsEvents {
  /** The packets are those of a file: there is no machine. */
  isFile: () => boolean;
  filter: () => string;
  onFilter: (filter: string) => void;
  onColumn: (field: string, title: string) => void;
  onGoTo: (number: number) => void;
  /** Something cannot be done: told where the user looks. */
  onFailed: (message: string) => void;
}

export class PacketActions {
  private readonly host: Host;
  private readonly events: PacketActionsEvents;

  constructor(host: Host, events: PacketActionsEvents) {
    this.host = host;
    this.events = events;
  }

  get isFile(): boolean {
    return this.events.isFile();
  }

  toggleMark(number: number, row: PacketRow | undefined): void {
    this.host.post({ type: 'annotate', number, marked: !row?.marked });
  }

  toggleReference(number: number, row: PacketRow | undefined): void {
    this.host.post({ type: 'annotate', number, isReference: !row?.isReference });
  }

  /** The extension asks for the text. */
  comment(number: number, row: PacketRow | undefined): void {
    this.host.post({ type: 'comment', number, comment: row?.comment ?? '' });
  }

  applyFilter(number: number, by: FilterBy, how: ApplyAs): void {
    void this.attempt(async () => {
      const { filter } = await this.host.makeFilter({ number, ...by, how, filter: this.events.filter() });
      this.events.onFilter(filter);
    });
  }

  async copyFilter(number: number, by: FilterBy): Promise<void> {
    await this.attempt(async () => {
      const { filter } = await this.host.makeFilter({ number, ...by, how: 'selected', filter: '' });
      this.copy(filter, 'filter');
    });
  }

  addColumn(field: string, title: string): void {
    this.events.onColumn(field, title);
  }

  goTo(number: number): void {
    this.events.onGoTo(number);
  }

  goToCode(number: number, which: 'sent' | 'received'): void {
    this.host.post({ type: 'goToCode', number, which });
  }

  /** To the packet that has caused it, or to the code. */
  goToCause(number: number): void {
    this.host.post({ type: 'goToCause', number });
  }

  /** The machine stands there then: also of a packet that is lost. */
  goToSending(number: number): void {
    this.host.post({ type: 'goToSending', number });
  }

  runToArrival(number: number): void {
    this.host.post({ type: 'runToArrival', number });
  }

  /** All that led to it, as a list. */
  showCauses(number: number): void {
    this.host.post({ type: 'showCauses', number });
  }

  showSocket(number: number): void {
    this.host.post({ type: 'showSocket', number });
  }

  /** The stations of its buffer, from send() to recv(). */
  showWay(number: number): void {
    this.host.post({ type: 'showWay', number });
  }

  /** The kernel functions that ran on its way. */
  showFunctionGraph(number: number): void {
    this.host.post({ type: 'showFunctionGraph', number });
  }

  /** Name the moment at which it was sent. */
  bookmark(number: number): void {
    this.host.post({ type: 'bookmark', number });
  }

  /** Begin another run, in which something else happens to it. */
  whatIf(number: number): void {
    this.host.post({ type: 'whatIf', number });
  }

  followStream(number: number): void {
    this.host.post({ type: 'followStream', number });
  }

  /** At a packet, if one is selected. */
  openInWireshark(number?: number): void {
    const filter = this.events.filter();
    this.host.post({ type: 'openInWireshark', filter, ...(number !== undefined && { number }) });
  }

  /** While it is on its way. */
  changeFrame(number: number, how: PacketChange): void {
    this.host.post({ type: 'changeFrame', number, how });
  }

  editFrame(number: number): void {
    this.host.post({ type: 'editFrame', number });
  }

  /** The extension lets the user edit it. */
  injectCopy(number: number): void {
    this.host.post({ type: 'injectCopy', number });
  }

  breakOnLike(number: number): void {
    this.host.post({ type: 'breakOnLike', number });
  }

  copy(text: string, what: string): void {
    this.host.post({ type: 'copy', text, what });
  }

  copyRow(row: PacketRow | undefined): void {
    if (row) this.copy(rowText(row), t('packet {0}', row.number));
  }

  /** The packet's row and all of its layers. */
  async copyPacket(number: number, row: PacketRow | undefined): Promise<void> {
    await this.attempt(async () => {
      const packet = await this.host.getPacket(number);
      this.copy(packetText(packet, row), t('packet {0}', number));
    });
  }

  /** @param range null: the whole frame */
  async copyBytes(number: number, range: SourceRange | null, format: BytesFormat): Promise<void> {
    await this.attempt(async () => {
      const { sources } = await this.host.getPacket(number);
      const bytes = decoded(sources[range?.source ?? 0]!);
      const chosen = range ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
      this.copy(bytesText(chosen, format), t('{0} bytes', chosen.length));
    });
  }

  private async attempt(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.events.onFailed(error instanceof Error ? error.message : String(error));
    }
  }
}

/** A packet as text: its row, and its layers indented. */
export function packetText(packet: ToPanelOf<'packet'>, row: PacketRow | undefined): string {
  const lines = row ? [rowText(row), ''] : [];
  const add = (fields: readonly PacketField[], indent: string): void => {
    for (const { text, children } of fields) {
      lines.push(indent + text);
      if (children) add(children, `${indent}    `);
    }
  };
  add(packet.layers, '');
  return lines.join('\n');
}
