/** The bar over the list: the filter, what the list follows, export, and how many packets there are. */
import { t } from '../language.ts';
import { el } from '../dom.ts';
import { button, checkbox } from '../toolkit.ts';

export interface ToolbarEvents {
  onFollow: (on: boolean) => void;
  onScroll: (on: boolean) => void;
  onFind: () => void;
  onExport: () => void;
  onWireshark: () => void;
}

export function toolbar(
  filter: HTMLElement,
  status: readonly HTMLElement[],
  { followStop, autoScroll }: { followStop: boolean; autoScroll: boolean },
  { onFollow, onScroll, onFind, onExport, onWireshark }: ToolbarEvents,
): HTMLElement {
  const follow = checkbox(
    t('Follow the stop'),
    t('At each stop, select the packet that is being handled'),
    followStop,
    onFollow,
  );
  const scroll = checkbox(
    t('Auto-scroll'),
    t('Keep the newest packets in view while the end of the list is'),
    autoScroll,
    onScroll,
  );
  const find = button({
    label: t('Find a packet'),
    icon: 'search',
    iconOnly: true,
    tooltip: t('Find a packet (Ctrl+F)'),
    onClick: onFind,
  });
  const save = button({
    label: t('Export to pcapng'),
    icon: 'save',
    iconOnly: true,
    tooltip: t('Export all packets to a pcapng file, for Wireshark and tshark'),
    onClick: onExport,
  });
  const wireshark = button({
    label: t('Open in Wireshark'),
    icon: 'link-external',
    iconOnly: true,
    tooltip: t('Open in Wireshark, at the selected packet and with this filter'),
    onClick: onWireshark,
  });
  return el('header', { class: 'toolbar' }, [
    el('h1', { class: 'spoken', text: t('Packets') }),
    filter,
    el('div', { class: 'tools' }, [
      el('span', { class: 'of-machine' }, [follow.element, scroll.element]),
      find.element,
      save.element,
      el('span', { class: 'of-wireshark' }, [wireshark.element]),
      ...status,
    ]),
  ]);
}

/** `412 packets`, `12 of 412 packets`. @param later packets that came after the list was sorted */
/** @param behind packets that the list is still to get */
export function statusText(
  total: number,
  matching: number,
  filtered: boolean,
  later: number,
  behind: number,
): string {
  const number = (count: number) => count.toLocaleString('en');
  const packets = total === 1 ? t('{0} packet', number(total)) : t('{0} packets', number(total));
  const since = later > 0 ? t(', {0} newer ones are sorted in at the next stop', number(later)) : '';
  if (filtered)
    return total === 1
      ? t('{0} of 1 packet{1}', number(matching), since)
      : t('{0} of {1} packets{2}', number(matching), number(total), since);
  const gone = total - matching - later - behind;
  return (gone > 0 ? t('{0}, the oldest {1} let go', packets, number(gone)) : packets) + since;
}
