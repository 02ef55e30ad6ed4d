/** What a row's colour says. The icon and the spoken word say the same, for those who do not see colours. */
import type { RowColour } from '../messages.ts';

export interface ColourMeaning {
  /** A codicon's name. */
  icon: string;
  /** What a screen reader says, and the tooltip. */
  label: string;
}

export const COLOURS: Readonly<Record<RowColour, ColourMeaning>> = {
  lost: { icon: 'circle-slash', label: 'lost' },
  dropped: { icon: 'trash', label: 'dropped' },
  malformed: { icon: 'error', label: 'malformed' },
  unreachable: { icon: 'error', label: 'ICMP error' },
  reset: { icon: 'close', label: 'connection reset' },
  retransmission: { icon: 'refresh', label: 'retransmission' },
  note: { icon: 'warning', label: 'TCP problem' },
  syn: { icon: 'debug-start', label: 'connection begins' },
  fin: { icon: 'debug-stop', label: 'connection ends' },
};
