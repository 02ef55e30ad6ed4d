// The commands that compare captures, and the choice of what is compared.
import path from 'node:path';
import * as vscode from 'vscode';
import { CAPTURE_EDITOR, type CaptureEditor } from '../captures/captureEditor.ts';
import type { TemporaryCaptures } from '../captures/temporaryCaptures.ts';
import type { PacketsPanel } from '../packets/packetsPanel.ts';
import type { MachineSession, Sessions } from '../session.ts';
import type { ComparedFile, CompareEditors } from './compareEditor.ts';

const FILES = '**/*.{pcap,pcapng,cap,pcap.gz,pcapng.gz,cap.gz}';
/** Files that the list offers; others are browsed for. */
const OFFERED = 100;

export interface CompareParts {
  sessions: Sessions;
  panel: PacketsPanel;
  captures: CaptureEditor;
  editors: CompareEditors;
  temporary: TemporaryCaptures;
}

export function registerCompareCommands(parts: CompareParts): vscode.Disposable {
  const command = (name: string, run: (...uris: unknown[]) => Promise<void>) =>
    vscode.commands.registerCommand(name, async (...given: unknown[]) => {
      try {
        await run(...given);
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    });
  return vscode.Disposable.from(
    command('sockscope.compareCaptures', async (clicked) => {
      const chosen = clicked instanceof vscode.Uri ? clicked : activeCapture();
      await compareWith(parts, chosen && fileCapture(chosen, parts));
    }),
    command('sockscope.compareSelectedCaptures', async (_clicked, selected) => {
      const [left, right] = (Array.isArray(selected) ? selected : []).filter(
        (one) => one instanceof vscode.Uri,
      );
      if (left && right) parts.editors.open(fileCapture(left, parts), fileCapture(right, parts));
    }),
    command('sockscope.comparePackets', async () => {
      const { current } = parts.sessions;
      await compareWith(parts, current && (await sessionCapture(current, parts)));
    }),
  );
}

/** @param left undefined: it is chosen, too */
async function compareWith(parts: CompareParts, left: ComparedFile | undefined): Promise<void> {
  const first = left ?? (await choose(vscode.l10n.t('Compare a Capture…'), undefined, parts));
  if (!first) return;
  const second = await choose(vscode.l10n.t('Compare {0} with…', first.name), first, parts);
  if (second) parts.editors.open(first, second);
}

interface Choice extends vscode.QuickPickItem {
  get?: () => ComparedFile | Promise<ComparedFile | undefined>;
}

/** @param except the capture that is on the other side */
async function choose(
  title: string,
  except: ComparedFile | undefined,
  parts: CompareParts,
): Promise<ComparedFile | undefined> {
  const { current, previous } = parts.sessions;
  const sessionChoice = (session: MachineSession | undefined, label: string): Choice[] =>
    session && session !== except?.session
      ? [{ label, description: session.debugSession.name, get: () => sessionCapture(session, parts) }]
      : [];
  const files = await vscode.workspace.findFiles(FILES, '**/node_modules/**', OFFERED);
  const choices: Choice[] = [
    ...sessionChoice(current, vscode.l10n.t('Packets of this session')),
    ...sessionChoice(previous, vscode.l10n.t('Packets of the run before')),
    { label: vscode.l10n.t('Browse…'), get: () => browse(title, parts) },
    { label: vscode.l10n.t('Capture files'), kind: vscode.QuickPickItemKind.Separator },
    ...files
      .filter(({ fsPath }) => fsPath !== except?.path)
      .map((uri): Choice => ({
        label: path.basename(uri.fsPath),
        description: path.dirname(vscode.workspace.asRelativePath(uri)),
        get: () => fileCapture(uri, parts),
      })),
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
  return chosen?.get?.();
}

async function browse(title: string, parts: CompareParts): Promise<ComparedFile | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title,
      filters: { [vscode.l10n.t('Wireshark capture')]: ['pcapng', 'pcap', 'cap', 'gz'] },
    })) ?? [];
  return uri && fileCapture(uri, parts);
}

function activeCapture(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === CAPTURE_EDITOR ? input.uri : undefined;
}

function fileCapture(uri: vscode.Uri, { captures }: CompareParts): ComparedFile {
  if (uri.scheme !== 'file')
    throw new Error(
      vscode.l10n.t('{0} is not on this computer: save it here, and open that file', uri.toString(true)),
    );
  const name = path.basename(uri.fsPath);
  return { name, path: uri.fsPath, show: (number) => captures.show(uri, number) };
}

/** The packets as they are now, in a file: those of a run that goes on change. */
async function sessionCapture(session: MachineSession, parts: CompareParts): Promise<ComparedFile> {
  const { sessions, panel, captures, temporary } = parts;
  const { name } = session.debugSession;
  const file = await temporary.write(session, name);
  return {
    name: session === sessions.previous ? vscode.l10n.t('{0} (the run before)', name) : name,
    path: file,
    session,
    show: async (number) => {
      if (session !== sessions.current) return captures.show(vscode.Uri.file(file), number);
      const { rows } = await session.request('sockscope/packets', { from: number - 1, count: 1 });
      await panel.revealPacket(rows[0]?.number ?? number);
    },
  };
}
