/** The bar over the list: the filter, what the list follows, export, and how many packets there are. */
import { el } from '../dom.ts';
import { button, checkbox } from '../toolkit.ts';

export interface ToolbarEvents {
  onFollow: (on: boolean) => void;
  onScroll: (on: boolean) => void;
  onFind: () => void;
  onExport: () => void;
}

export function toolbar(
  filter: HTMLElement,
  status: HTMLElement,
  { followStop, autoScroll }: { followStop: boolean; autoScroll: boolean },
  { onFollow, onScroll, onFind, onExport }: ToolbarEvents,
): HTMLElement {
  const follow = checkbox(
    'Follow the stop',
    'At each stop, select the packet that is being handled',
    followStop,
    onFollow,
  );
  const scroll = checkbox(
    'Auto-scroll',
    'Keep the newest packets in view while the end of the list is',
    autoScroll,
    onScroll,
  );
  const find = button({
    label: 'Find a packet',
    icon: 'search',
    iconOnly: true,
    tooltip: 'Find a packet (Ctrl+F)',
    onClick: onFind,
  });
  const save = button({
    label: 'Export to pcapng',
    icon: 'save',
    iconOnly: true,
    tooltip: 'Export all packets to a pcapng file, for Wireshark and tshark',
    onClick: onExport,
  });
  return el('header', { class: 'toolbar' }, [
    el('h1', { class: 'spoken', text: 'Packets' }),
    filter,
    el('div', { class: 'tools' }, [follow.element, scroll.element, find.element, save.element, status]),
  ]);
}

/** `412 packets`, `12 of 412 packets`. @param later packets that came after the list was sorted */
export function statusText(total: number, matching: number, filtered: boolean, later: number): string {
  const number = (count: number) => count.toLocaleString('en');
  const packets = `${number(total)} ${total === 1 ? 'packet' : 'packets'}`;
  const since = later > 0 ? `, ${number(later)} newer ones are sorted in at the next stop` : '';
  if (filtered) return `${number(matching)} of ${packets}${since}`;
  const gone = total - matching - later;
  return (gone > 0 ? `${packets}, the oldest ${number(gone)} let go` : packets) + since;
}
