// What went wrong with something that the user has asked for.
import * as vscode from 'vscode';

/** The adapter's word where the user has given it up. */
const CANCELLED = 'cancelled';

/** Nobody has to be told of what they have cancelled themselves. */
export function showError(error: unknown): void {
  const { message } = error as Error;
  if (message !== CANCELLED) void vscode.window.showErrorMessage(message);
}
