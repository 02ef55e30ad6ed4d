/** The translations into a client's language, which it names by its locale. */
import { readFileSync } from 'node:fs';
import type { Bundle } from '../language/message.ts';

/** Beside `dist/`. */
const FOLDER = new URL('../../l10n/', import.meta.url);
/** The languages with a bundle, by what clients call them: `zh-cn`, `zh-Hans`, `zh_CN.UTF-8`. */
const BUNDLES: readonly (readonly [RegExp, string])[] = [[/^zh([-_](cn|sg|hans)\b.*)?$/i, 'zh-cn']];

/** The translations for a locale; none for English, and for a language that has no bundle. */
export function readBundle(locale: string | undefined): Bundle {
  const [, name] = BUNDLES.find(([pattern]) => pattern.test(locale ?? '')) ?? [];
  if (name === undefined) return {};
  return JSON.parse(readFileSync(new URL(`bundle.l10n.${name}.json`, FOLDER), 'utf8')) as Bundle;
}
