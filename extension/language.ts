// The language of VS Code's window, for texts that parts without VS Code hand on.
import * as vscode from 'vscode';
import * as language from '../language/message.ts';

/** Translates as `vscode.l10n.t` does, and what stands in a text, too. */
export const translate: language.Translate = language.translator(vscode.l10n.bundle ?? {});

export const say = (message: language.Message): string => language.say(translate, message);
