// An input box that stays open until what was typed is accepted, and shows why it is not.
import * as vscode from 'vscode';

/** What the box shows. */
export interface Asked {
  title: string;
  prompt: string;
  value?: string;
  placeholder?: string;
}

/**
 * Asks for a text.
 *
 * @param accept rejects with what is wrong with it
 * @returns undefined: the user has changed their mind
 */
export function checkedInput(
  { title, prompt, value = '', placeholder }: Asked,
  accept: (text: string) => Promise<unknown>,
): Promise<string | undefined> {
  const input = vscode.window.createInputBox();
  Object.assign(input, { title, prompt, value, placeholder });
  return new Promise((resolve) => {
    input.onDidChangeValue(() => (input.validationMessage = undefined));
    input.onDidHide(() => {
      input.dispose();
      resolve(undefined);
    });
    input.onDidAccept(async () => {
      input.busy = true;
      input.enabled = false;
      try {
        await accept(input.value);
        resolve(input.value);
        input.hide();
      } catch (error) {
        input.validationMessage = (error as Error).message;
      } finally {
        input.busy = false;
        input.enabled = true;
      }
    });
    input.show();
  });
}
