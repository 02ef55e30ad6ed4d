// The command that opens the C function which a function of the stack mirrors: in a Linux tree, or on the web.
import path from 'node:path';
import * as vscode from 'vscode';
import type { StackSources } from '../stackSources.ts';
import { crossReference, definitionLine, linuxFunctionAt, type LinuxFunction } from './linuxFunction.ts';

/** What VS Code hands to a command in the menu of a stack frame, behind the path of its file. */
interface FrameContext {
  frameLocation: {
    /** In VS Code's own form, which counts lines from 1. */
    range: { startLineNumber: number };
    /** As text: a path, or where VS Code runs elsewhere a URI. */
    source: { path?: string };
  };
}
function isFrame(context: unknown): context is FrameContext {
  return typeof context === 'object' && context !== null && 'frameLocation' in context;
}

export function registerShowInLinux(sources: StackSources): vscode.Disposable {
  return vscode.commands.registerCommand(
    'sockscope.showInLinux',
    async (...context: unknown[]): Promise<void> => {
      try {
        const counterpart = await counterpartOf(sources, context.find(isFrame)?.frameLocation);
        if (counterpart !== undefined) await show(counterpart);
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    },
  );
}

function fileOf(place = ''): string {
  return /^[\w-]{2,}:\/\//.test(place) ? vscode.Uri.file(vscode.Uri.parse(place).path).fsPath : place;
}

async function counterpartOf(
  sources: StackSources,
  frame: FrameContext['frameLocation'] | undefined,
): Promise<LinuxFunction | undefined> {
  const editor = vscode.window.activeTextEditor;
  const file = frame === undefined ? editor?.document.uri.fsPath : fileOf(frame.source.path);
  const line = frame === undefined ? editor?.selection.active.line : frame.range.startLineNumber - 1;
  if (file === undefined || line === undefined) return undefined;
  if (!sources.has(file))
    throw new Error(
      vscode.l10n.t('{0} is no file of the kernel: Linux has no counterpart.', path.basename(file)),
    );
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const counterpart = linuxFunctionAt(document.getText().split(/\r?\n/), line);
  if (counterpart === undefined)
    throw new Error(vscode.l10n.t('{0} mirrors no file of Linux.', sources.nameOf(file)));
  return counterpart;
}

async function show(counterpart: LinuxFunction): Promise<void> {
  const { name, file, isOwn } = counterpart;
  const tree = vscode.workspace.getConfiguration('sockscope').get<string>('linuxSource', '').trim();
  if (tree === '') {
    await vscode.env.openExternal(vscode.Uri.parse(crossReference(counterpart)));
    return;
  }
  const uri = vscode.Uri.file(path.join(tree, file));
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch {
    throw new Error(
      vscode.l10n.t('There is no {0} in the Linux tree {1} (setting sockscope.linuxSource).', file, tree),
    );
  }
  const line = definitionLine(document.getText(), name);
  const at = new vscode.Position(line ?? 0, 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
  if (line !== undefined) return;
  const text = isOwn
    ? vscode.l10n.t('{0} does not define {1}: Linux 6.1 may have it under another name.', file, name)
    : vscode.l10n.t(
        '{0} is a helper of this stack: {1} has what it does within other functions.',
        name,
        file,
      );
  vscode.window.setStatusBarMessage(text, 5000);
}
