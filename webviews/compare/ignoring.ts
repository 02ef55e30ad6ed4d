/** What is left out of the comparison: a box to tick for each. */
import { el } from '../dom.ts';
import { t } from '../language.ts';
import { checkbox } from '../toolkit.ts';
import type { Aspect } from './messages.ts';

interface Choice {
  readonly aspect: Aspect;
  readonly label: string;
  readonly tooltip: string;
}

function choices(): readonly Choice[] {
  return [
    { aspect: 'times', label: t('Times'), tooltip: t('When packets were captured, and TCP’s timestamps') },
    {
      aspect: 'ids',
      label: t('Identifiers'),
      tooltip: t('IP’s identification and flow label, the numbers of DNS transactions and of echo requests'),
    },
    {
      aspect: 'ports',
      label: t('Client ports'),
      tooltip: t('The port of the end that began a conversation'),
    },
    {
      aspect: 'sequence',
      label: t('Initial sequence numbers'),
      tooltip: t('Where TCP’s numbers begin: relative ones are always compared'),
    },
    { aspect: 'checksums', label: t('Checksums'), tooltip: t('Checksums of all layers') },
    { aspect: 'link', label: t('Link layer'), tooltip: t('The link layer, with its addresses and padding') },
    { aspect: 'addresses', label: t('IP addresses'), tooltip: t('The addresses of both ends') },
  ];
}

export class Ignoring {
  readonly element = el('fieldset', { class: 'ignoring' });
  private readonly onChange: (ignored: Aspect[]) => void;
  private ignored = new Set<Aspect>();

  constructor(onChange: (ignored: Aspect[]) => void) {
    this.onChange = onChange;
  }

  show(ignored: readonly Aspect[]): void {
    this.ignored = new Set(ignored);
    this.element.replaceChildren(
      el('legend', { text: t('Ignore') }),
      ...choices().map(
        ({ aspect, label, tooltip }) =>
          checkbox(label, tooltip, this.ignored.has(aspect), (on) => this.set(aspect, on)).element,
      ),
    );
  }

  private set(aspect: Aspect, on: boolean): void {
    if (on) this.ignored.add(aspect);
    else this.ignored.delete(aspect);
    this.onChange([...this.ignored]);
  }
}
