/** The language of a session: that of the client, which it names in the initialize request. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle } from '../../language/message.ts';

/** The languages with a bundle, by what clients call them: `zh-cn`, `zh-Hans`, `zh_CN.UTF-8`. */
const BUNDLES: readonly (readonly [RegExp, string])[] = [[/^zh([-_](cn|sg|hans)\b.*)?$/i, 'zh-cn']];

/**
 * The translations for a locale; none for English, and for a language that has no bundle.
 *
 * @param root the folder above `l10n/`
 */
export function readBundle(root: string, locale: string | undefined): Bundle {
  const [, name] = BUNDLES.find(([pattern]) => pattern.test(locale ?? '')) ?? [];
  if (name === undefined) return {};
  return JSON.parse(readFileSync(path.join(root, 'l10n', `bundle.l10n.${name}.json`), 'utf8')) as Bundle;
}
