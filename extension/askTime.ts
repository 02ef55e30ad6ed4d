// Asks for a time with its unit, as the adapter and launch configurations take it.
import * as vscode from 'vscode';

/** @returns such as `200ms`; undefined if the user does not want it any more */
export async function askTime(title: string, prompt: string, value: string): Promise<string | undefined> {
  const time = await vscode.window.showInputBox({
    title,
    prompt,
    value,
    validateInput: (text) =>
      /^\s*\d+(?:\.\d+)?\s*(?:ns|us|µs|ms|s)\s*$/i.test(text)
        ? undefined
        : vscode.l10n.t('Write a time with its unit: ns, us, ms or s.'),
  });
  return time?.replace(/\s+/g, '');
}
