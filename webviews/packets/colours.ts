/** What a row's colour says. The icon and the spoken word say the same, for those who do not see colours. */
import { t } from '../language.ts';
import type { RowColour } from '../messages.ts';

export interface ColourMeaning {
  /** A codicon's name. */
  icon: string;
  /** What a screen reader says, and the tooltip. */
  label: string;
}

export const COLOURS: Readonly<Record<RowColour, ColourMeaning>> = {
  lost: { icon: 'circle-slash', label: t('lost') },
  dropped: { icon: 'trash', label: t('dropped') },
  malformed: { icon: 'error', label: t('malformed') },
  unreachable: { icon: 'error', label: t('ICMP error') },
  reset: { icon: 'close', label: t('connection reset') },
  retransmission: { icon: 'refresh', label: t('retransmission') },
  note: { icon: 'warning', label: t('TCP problem') },
  syn: { icon: 'debug-start', label: t('connection begins') },
  fin: { icon: 'debug-stop', label: t('connection ends') },
};
