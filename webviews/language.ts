/** The page's language: the extension puts the translations of VS Code's language into the page. */
import { translator, type Bundle } from '../language/message.ts';

/** The element with the translations, as JSON; there is none in English. */
const BUNDLE_ID = 'translations';

interface Page {
  document?: { getElementById(id: string): { textContent: string | null } | null };
}

/** Translates a text of the view. */
export const t = translator(bundleOf(globalThis as Page));

/** What runs without a page, as tests of a layout do, is English. */
function bundleOf({ document }: Page): Bundle {
  return JSON.parse(document?.getElementById(BUNDLE_ID)?.textContent ?? '{}') as Bundle;
}
