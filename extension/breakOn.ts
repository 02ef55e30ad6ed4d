// "Sockscope: Break On…": lets the user choose all kinds of events that stop the machine, before or during a
// run. The Breakpoints view lists only the most common ones, and only after the first session.
import { say } from './language.ts';
import * as vscode from 'vscode';
import { STOP_KINDS, type StopKindId } from '../debug-adapter/filters/kinds.ts';
import type { BreakOn } from '../debug-adapter/protocol.ts';
import type { Sessions } from './session.ts';

const KEY = 'sockscope.breakOn';
const IDS = Object.keys(STOP_KINDS) as StopKindId[];

interface KindItem extends vscode.QuickPickItem {
  id?: StopKindId;
}
/** The current choice: conditions of all kinds, and which kinds are enabled. */
interface Choice {
  ticked: Set<string>;
  conditions: Map<string, string>;
}

/** Stores the choice, lets the user change it, and sends it to the machine. */
export class BreakOnChooser implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #sessions: Sessions;
  readonly #command: vscode.Disposable;
  readonly #changed = new vscode.EventEmitter<void>();

  /** Another choice was made, and given to the machine if there is one. */
  readonly onDidChange = this.#changed.event;

  constructor(memory: vscode.Memento, sessions: Sessions) {
    this.#memory = memory;
    this.#sessions = sessions;
    this.#command = vscode.commands.registerCommand('sockscope.breakOn', () => this.#choose());
  }

  dispose(): void {
    this.#command.dispose();
    this.#changed.dispose();
  }

  /** What was chosen last in this workspace: kinds with their conditions. */
  get chosen(): BreakOn {
    return this.#memory.get<BreakOn>(KEY, {});
  }

  /**
   * Stops at one kind of event under this condition, or not at that kind any more.
   *
   * @param condition empty: always; undefined: never
   */
  async set(kind: StopKindId, condition: string | undefined): Promise<void> {
    const session = this.#sessions.current;
    const { [kind]: _old, ...others } = session && !session.past ? session.breakOn : this.chosen;
    const wrong = await this.#apply(condition === undefined ? others : { ...others, [kind]: condition });
    if (wrong) void vscode.window.showErrorMessage(wrong.problem);
  }

  /** Stops at a kind of event when a condition holds, too. Tells the user. */
  async add(id: StopKindId, condition: string): Promise<void> {
    const session = this.#sessions.current;
    const chosen = session && !session.past ? session.breakOn : this.chosen;
    const before = chosen[id];
    const isNew = before === undefined;
    const both =
      isNew || before === condition ? condition : before === '' ? '' : `(${before}) || (${condition})`;
    const wrong = await this.#apply({ ...chosen, [id]: both });
    const label = kindLabel(id);
    if (wrong) throw new Error(`${label}: ${wrong.problem}`);
    vscode.window.setStatusBarMessage(
      `$(debug-breakpoint) ${both === '' ? vscode.l10n.t('Always stops at {0}', label) : vscode.l10n.t('Stops at {0}: {1}', label, both)}`,
      6000,
    );
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

  /** @returns the first kind that the machine rejects, and why */
  async #apply(breakOn: BreakOn): Promise<{ id: StopKindId; problem: string } | undefined> {
    const remembered = this.#memory.update(KEY, breakOn);
    const session = this.#sessions.current;
    if (!session || session.past) {
      await remembered;
      this.#changed.fire();
      return undefined;
    }
    try {
      // At once: what the user presses next, such as F5, comes after it.
      const { problems } = await session.request('sockscope/breakOn', { breakOn });
      await remembered;
      session.breakOn = Object.fromEntries(
        Object.entries(breakOn).filter(([one]) => problems[one] === undefined),
      );
      this.#changed.fire();
      const id = IDS.find((one) => problems[one] !== undefined);
      return id && { id, problem: problems[id]! };
    } catch (error) {
      void vscode.window.showErrorMessage((error as Error).message);
      return undefined;
    }
  }
}

/**
 * Lets the user select kinds.
 *
 * @returns the kind whose condition the user wants to set, or how the dialog ended
 */
function pickKinds(choice: Choice): Promise<StopKindId | 'chosen' | 'left'> {
  const pick = vscode.window.createQuickPick<KindItem>();
  pick.title = vscode.l10n.t('Break On');
  pick.placeholder = vscode.l10n.t('Tick what the machine stops at; the pencil sets a condition');
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.items = [
    ...IDS.filter((id) => !STOP_KINDS[id].isListed).map((id) => kindItem(id, choice)),
    { label: vscode.l10n.t('In the Breakpoints view, too'), kind: vscode.QuickPickItemKind.Separator },
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
  const label = kindLabel(id);
  const condition = conditions.get(id);
  return {
    id,
    label,
    description: condition ? vscode.l10n.t('when {0}', condition) : say(STOP_KINDS[id].description),
    buttons: [
      { iconPath: new vscode.ThemeIcon('edit'), tooltip: vscode.l10n.t('Set the condition of "{0}"', label) },
    ],
  };
}

/** Asks for the condition of a kind, and enables the kind. */
async function askCondition(choice: Choice, id: StopKindId, problem?: string): Promise<void> {
  const { description, placeholder } = STOP_KINDS[id];
  const condition = await vscode.window.showInputBox({
    title: vscode.l10n.t('Break On: {0}', kindLabel(id)),
    prompt: problem ?? vscode.l10n.t('{0} Only when… (empty: always)', say(description)),
    placeHolder: say(placeholder),
    value: choice.conditions.get(id) ?? '',
    ignoreFocusOut: true,
  });
  if (condition === undefined) return;
  choice.conditions.set(id, condition.trim());
  choice.ticked.add(id);
}

const kindLabel = (id: StopKindId): string => say(STOP_KINDS[id].label);
