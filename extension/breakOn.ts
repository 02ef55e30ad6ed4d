// "Sockscope: Break On…": all kinds of moments that the machine can be stopped at, to be chosen before a run or in it. The
// Breakpoints view lists the commonest only, and does so only once there has been a session.
import * as vscode from 'vscode';
import { STOP_KINDS, type StopKindId } from '../debug-adapter/filters/kinds.ts';
import type { BreakOn } from '../debug-adapter/protocol.ts';
import type { Sessions } from './session.ts';

const KEY = 'sockscope.breakOn';
const IDS = Object.keys(STOP_KINDS) as StopKindId[];

interface KindItem extends vscode.QuickPickItem {
  id?: StopKindId;
}
/** What is being chosen: conditions of all kinds, and which of them are ticked. */
interface Choice {
  ticked: Set<string>;
  conditions: Map<string, string>;
}

/** Remembers what to stop at, lets the user change it, and tells the machine. */
export class BreakOnChooser implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #sessions: Sessions;
  readonly #command: vscode.Disposable;

  constructor(memory: vscode.Memento, sessions: Sessions) {
    this.#memory = memory;
    this.#sessions = sessions;
    this.#command = vscode.commands.registerCommand('sockscope.breakOn', () => this.#choose());
  }

  dispose(): void {
    this.#command.dispose();
  }

  /** What was chosen last in this workspace: kinds with their conditions. */
  get chosen(): BreakOn {
    return this.#memory.get<BreakOn>(KEY, {});
  }

  async #choose(): Promise<void> {
    const before = this.chosen;
    const choice: Choice = {
      ticked: new Set(Object.keys(before)),
      conditions: new Map(Object.entries(before)),
    };
    for (;;) {
      const done = await pickKinds(choice);
      if (done === 'left') return;
      if (done !== 'chosen') {
        await askCondition(choice, done);
        continue;
      }
      const wrong = await this.#apply(
        Object.fromEntries([...choice.ticked].map((id) => [id, choice.conditions.get(id) ?? ''])),
      );
      if (!wrong) return;
      await askCondition(choice, wrong.id, wrong.problem);
    }
  }

  /** @returns the first kind that the machine refuses, and why */
  async #apply(breakOn: BreakOn): Promise<{ id: StopKindId; problem: string } | undefined> {
    await this.#memory.update(KEY, breakOn);
    const session = this.#sessions.current;
    if (!session || session.past) return undefined;
    try {
      const { problems } = await session.request('sockscope/breakOn', { breakOn });
      const id = IDS.find((one) => problems[one] !== undefined);
      return id && { id, problem: problems[id]! };
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
      return undefined;
    }
  }
}

/** Lets the user tick kinds. @returns the kind whose condition is to be set, or how it ended */
function pickKinds(choice: Choice): Promise<StopKindId | 'chosen' | 'left'> {
  const pick = vscode.window.createQuickPick<KindItem>();
  pick.title = 'Break On';
  pick.placeholder = 'Tick what the machine stops at; the pencil sets a condition';
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.items = [
    ...IDS.filter((id) => !STOP_KINDS[id].isListed).map((id) => kindItem(id, choice)),
    { label: 'In the Breakpoints view, too', kind: vscode.QuickPickItemKind.Separator },
    ...IDS.filter((id) => STOP_KINDS[id].isListed).map((id) => kindItem(id, choice)),
  ];
  pick.selectedItems = pick.items.filter(({ id }) => id !== undefined && choice.ticked.has(id));
  return new Promise((resolve) => {
    const end = (result: StopKindId | 'chosen' | 'left') => {
      choice.ticked = new Set(pick.selectedItems.flatMap(({ id }) => id ?? []));
      resolve(result);
      pick.dispose();
    };
    pick.onDidTriggerItemButton(({ item }) => {
      if (item.id) end(item.id);
    });
    pick.onDidAccept(() => end('chosen'));
    pick.onDidHide(() => end('left'));
    pick.show();
  });
}

function kindItem(id: StopKindId, { conditions }: Choice): KindItem {
  const { label, description } = STOP_KINDS[id];
  const condition = conditions.get(id);
  return {
    id,
    label,
    description: condition ? `when ${condition}` : description,
    buttons: [{ iconPath: new vscode.ThemeIcon('edit'), tooltip: `Set the condition of "${label}"` }],
  };
}

/** Asks for the condition of a kind, which is ticked then. */
async function askCondition(choice: Choice, id: StopKindId, problem?: string): Promise<void> {
  const { label, description, placeholder } = STOP_KINDS[id];
  const condition = await vscode.window.showInputBox({
    title: `Break On: ${label}`,
    prompt: problem ?? `${description} Only when… (empty: always)`,
    placeHolder: placeholder,
    value: choice.conditions.get(id) ?? '',
    ignoreFocusOut: true,
  });
  if (condition === undefined) return;
  choice.conditions.set(id, condition.trim());
  choice.ticked.add(id);
}
