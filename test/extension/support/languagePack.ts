// A display language for VS Code: as the language packs of the marketplace are, but without translations of VS Code itself.
// VS Code then takes the extension's texts in this language, and says its own in English, by which tests find them.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const ID = 'sockscope-test.language-pack';

/** @param userFolder the folder of one VS Code user, which no server uses yet */
export async function installLanguagePack(userFolder: string, language: string): Promise<void> {
  const folder = path.join(userFolder, 'language-pack');
  const translations = path.join(folder, 'main.i18n.json');
  await mkdir(folder, { recursive: true });
  await mkdir(path.join(userFolder, 'user'), { recursive: true });
  await writeFile(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: `${language}-test`,
    label: language,
    extensions: [{ extensionIdentifier: { id: ID }, version: '1.0.0' }],
    translations: { vscode: translations },
  };
  await writeFile(path.join(userFolder, 'user/languagepacks.json'), JSON.stringify({ [language]: pack }));
}
