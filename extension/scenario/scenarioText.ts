// Parses a scenario's text as far as the editor needs it: whether it is one, and where its processes begin.

/** An exported async function: a process of the machine. */
export interface ScenarioProcess {
  name: string;
  /** Counts from 0. */
  line: number;
}

const IMPORT = /\bfrom\s*(['"])sockscope\1|\bimport\s*\(?\s*(['"])sockscope\2/;

const PROCESS =
  /^export\s+async\s+function\s+(?<declared>[\w$]+)|^export\s+(?:const|let)\s+(?<assigned>[\w$]+)\s*(?::[^=]+)?=\s*async\b/;

/** Whether this source imports the module `sockscope`. */
export function isScenario(text: string): boolean {
  return text.includes('sockscope') && IMPORT.test(withoutComments(text));
}

/** The exported async functions, in order. */
export function processesOf(text: string): ScenarioProcess[] {
  const processes: ScenarioProcess[] = [];
  withoutComments(text)
    .split('\n')
    .forEach((source, line) => {
      const groups = PROCESS.exec(source)?.groups;
      const name = groups?.['declared'] ?? groups?.['assigned'];
      if (name) processes.push({ name, line });
    });
  return processes;
}

/**
 * Replaces comments by spaces; line numbers stay. A `//` inside a string is left alone when a quote precedes
 * it.
 */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/^([^'"`\n]*?)\/\/.*$/gm, '$1');
}
