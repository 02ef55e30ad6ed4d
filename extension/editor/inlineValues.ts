// Inline values while stopped, in scenarios and in the stack's own source.
import * as vscode from 'vscode';
import { isScenarioDocument, SCENARIO_LANGUAGES } from '../scenario/scenarioEditor.ts';
import type { Sessions } from '../session.ts';
import type { StackSources } from '../stackSources.ts';
import { functionStart, mentions } from './sourceText.ts';

/** Each member chain (`sk.sk_state`) costs one evaluation; those closest to the stop come first. */
const MOST_EVALUATIONS = 24;

/**
 * Parameters of nearly every function, and rarely of interest: their long summaries would hide the others.
 */
const EVERYWHERE = new Set(['machine', 'net']);

/**
 * Names use the adapter's variables, member chains are evaluated: from the start of the function to the
 * stopped line.
 */
class InlineValues implements vscode.InlineValuesProvider {
  readonly #sessions: Sessions;
  readonly #isOurs: (document: vscode.TextDocument) => boolean;

  constructor(sessions: Sessions, isOurs: (document: vscode.TextDocument) => boolean) {
    this.#sessions = sessions;
    this.#isOurs = isOurs;
  }

  provideInlineValues(
    document: vscode.TextDocument,
    viewPort: vscode.Range,
    { stoppedLocation }: vscode.InlineValueContext,
  ): vscode.InlineValue[] {
    if (!this.#sessions.current || !this.#isOurs(document)) return [];
    const lines = document.getText().split('\n');
    const last = stoppedLocation.end.line;
    // A variable declared on the stopped line has no value yet, but the variables that the line reads have.
    const all = mentions(lines, functionStart(lines, last), last).filter(
      ({ expression }) => !EVERYWHERE.has(expression),
    );
    const members = all.filter(({ isMember }) => isMember);
    const evaluated = new Set(
      members
        .filter(({ line }) => line >= viewPort.start.line && line <= viewPort.end.line)
        .slice(-MOST_EVALUATIONS),
    );
    return all
      .filter((mention) => !mention.isMember || evaluated.has(mention))
      .map(({ line, column, expression, isMember }) => {
        const range = new vscode.Range(line, column, line, column + expression.length);
        return isMember
          ? new vscode.InlineValueEvaluatableExpression(range, expression)
          : new vscode.InlineValueVariableLookup(range, expression, true);
      });
  }
}

/**
 * Registers the provider only while a session of this type exists. Otherwise it would affect other debuggers:
 * VS Code computes inline values itself only for languages without a provider.
 */
export function registerInlineValues(sessions: Sessions, sources: StackSources): vscode.Disposable {
  const isOurs = (document: vscode.TextDocument) =>
    sources.has(document.uri.fsPath) || isScenarioDocument(document);
  const provider = new InlineValues(sessions, isOurs);
  let registration: vscode.Disposable | undefined;
  const update = () => {
    const isAlive = sessions.current !== undefined && !sessions.current.past;
    if (isAlive && !registration)
      registration = vscode.languages.registerInlineValuesProvider(
        SCENARIO_LANGUAGES.map((language) => ({ language })),
        provider,
      );
    if (!isAlive) {
      registration?.dispose();
      registration = undefined;
    }
  };
  return vscode.Disposable.from(sessions.onDidChange(update), { dispose: () => registration?.dispose() });
}
