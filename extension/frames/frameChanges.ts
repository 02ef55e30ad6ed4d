// Changing frames that are on a wire or in a ring, from the menus of trees and packets, and making new ones.
import * as vscode from 'vscode';
import type { ChangeFrameArguments, FrameChangeKind } from '../../debug-adapter/protocol.ts';
import { askTime } from '../askTime.ts';
import type { MachineSession, Sessions } from '../session.ts';
import { openMemory } from '../trees/memory.ts';

/** Which frame: by its packet's number, or by its descriptor in a TX ring. */
export type FrameOf = Pick<ChangeFrameArguments, 'packet' | 'link' | 'descriptor'>;

/** Asks for what a change needs, changes the frame, and says what was done. Rejects with the adapter's message. */
export async function changeFrame(
  session: MachineSession,
  frame: FrameOf,
  how: Exclude<FrameChangeKind, 'bytes'>,
): Promise<void> {
  const delay =
    how === 'delay'
      ? await askTime(
          vscode.l10n.t('Delay the Frame'),
          vscode.l10n.t('How much later it arrives, such as 5ms'),
          '5ms',
        )
      : undefined;
  if (how === 'delay' && delay === undefined) return;
  const { text } = await session.request('sockscope/changeFrame', {
    ...frame,
    how,
    ...(delay !== undefined && { delay }),
  });
  vscode.window.setStatusBarMessage(text, 5000);
}

/** The bytes of a packet that is still on its way, in the hex editor. */
export async function editFrame(session: MachineSession, packet: number): Promise<void> {
  const { memoryReference } = await session.request('sockscope/frameMemory', { packet });
  await openMemory(session, memoryReference);
}

/** Lets the user write a frame, and puts it on a link. @param hex what the box begins with */
export async function injectFrame(session: MachineSession, hex = '', from?: string): Promise<void> {
  const { links } = await session.request('sockscope/frames', {});
  const link = await chooseLink(links, from);
  if (link === undefined) return;
  const written = await vscode.window.showInputBox({
    title: vscode.l10n.t('Inject a Frame into {0}', link),
    prompt: vscode.l10n.t(
      'The bytes of the frame in hexadecimal, from its Ethernet header on. Checksums are computed.',
    ),
    value: hex,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^(?:[\da-f]{2})+$/i.test(text.replace(/[\s:]/g, ''))
        ? undefined
        : vscode.l10n.t('Write two hexadecimal digits for each byte.'),
  });
  if (written === undefined) return;
  const { text } = await session.request('sockscope/injectFrame', { link, hex: written });
  vscode.window.setStatusBarMessage(text, 5000);
}

/** The same with a packet's bytes to begin with. */
export async function injectCopy(session: MachineSession, number: number): Promise<void> {
  const { sources } = await session.request('sockscope/packet', { number });
  const bytes = Buffer.from(sources[0]?.base64 ?? '', 'base64');
  const { located = -1 } = await session.request('sockscope/packets', { from: 0, count: 0, locate: number });
  const fields = ['frame.interface_name'];
  const { rows } = await session.request('sockscope/packets', {
    from: Math.max(0, located),
    count: 1,
    fields,
  });
  await injectFrame(session, bytes.toString('hex'), rows[0]?.values?.[fields[0]!]);
}

/** The command of the palette. */
export function registerInjectFrame(sessions: Sessions): vscode.Disposable {
  return vscode.commands.registerCommand('sockscope.injectFrame', async () => {
    const session = sessions.current;
    if (session === undefined) return;
    try {
      await injectFrame(session);
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
    }
  });
}

async function chooseLink(links: readonly string[], known?: string): Promise<string | undefined> {
  if (known !== undefined && links.includes(known)) return known;
  if (links.length < 2) return links[0];
  return vscode.window.showQuickPick([...links], {
    title: vscode.l10n.t('Inject a Frame'),
    placeHolder: vscode.l10n.t('The interface that is to have sent it'),
  });
}
