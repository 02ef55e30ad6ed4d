// Finds in a program's text where it begins to use the network: what makes it worth debugging here.
import { isScenario, withoutComments } from './scenarioText.ts';

/** Calls that open a server: the most telling ones first. */
const SERVES = [
  // A port, an options object or an environment variable: other things have listen(), too.
  /\.listen\(\s*(?:\d|\{|process\.env\b|Number\(|[\w$.]*port\b)/i,
  /\b(?:createServer|createSecureServer)\(/,
  /\b(?:express|fastify|Fastify)\(/,
];

/** Calls that open a connection. */
const CONNECTS = [
  /\b(?:https?|http2|net|tls)\.(?:get|request|connect|createConnection)\(/,
  /\bnew WebSocket\(/,
];

/** The file names of Node programs. */
const PROGRAM_FILE = /(?<!\.d)\.[cm]?[jt]s$/;

/** Whether Node may run this file: packages and declarations are parts of other programs. */
export function isProgramFile(file: string): boolean {
  return PROGRAM_FILE.test(file) && !/[\\/]node_modules[\\/]/.test(file);
}

/**
 * The line, counted from 0, in which a Node program listens; if it does not, in which it connects.
 *
 * @returns undefined for a scenario, and for a program that does neither
 */
export function networkLine(text: string): number | undefined {
  if (isScenario(text)) return undefined;
  const code = withoutComments(text);
  for (const calls of [SERVES, CONNECTS])
    for (const call of calls) {
      const at = code.search(call);
      if (at >= 0) return code.slice(0, at).split('\n').length - 1;
    }
  return undefined;
}
