/** The documentation of struct fields: the doc comments in the stack's source. */
import { readdirSync, readFileSync } from 'node:fs';
import { className, isProxy } from './values/peek.ts';

/** By struct and field. Read once on first use. */
let docs: Map<string, string> | undefined;
const INCLUDES = new URL('../../stack/include/', import.meta.url);
const MACHINE = new URL('../../stack/machine.js', import.meta.url);

/** The doc of `field`, searched in the struct and its base structs. */
export function fieldDoc(owner: object, field: string): string | undefined {
  docs ??= readDocs();
  for (
    let prototype = Object.getPrototypeOf(owner) as object | null;
    prototype !== null && prototype !== Object.prototype && !isProxy(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const doc = docs.get(`${className(prototype)}.${field}`);
    if (doc !== undefined) return doc;
  }
  return undefined;
}

/** The built files keep their comments. */
function readDocs(): Map<string, string> {
  const found = new Map<string, string>();
  try {
    for (const name of readdirSync(INCLUDES, { recursive: true }) as string[]) {
      if (name.endsWith('.js'))
        collect(readFileSync(new URL(name.replaceAll('\\', '/'), INCLUDES), 'utf8'), found);
    }
    collect(readFileSync(MACHINE, 'utf8'), found);
  } catch {
    // Without the files there are no docs; everything else works.
  }
  return found;
}

const CLASS = /^(?:export )?(?:abstract )?class (\w+)/;
const FIELD_WITH_DOC = /^ {2}\/\*\* (.*?) ?\*\/$/;
const FIELD = /^ {2}(?:readonly )? *(?:get )?(\w+)\s*(?:[=;(]|$)/;

function collect(source: string, found: Map<string, string>): void {
  let struct = '';
  let doc: string | undefined;
  for (const line of source.split('\n')) {
    struct = CLASS.exec(line)?.[1] ?? struct;
    const documented = FIELD_WITH_DOC.exec(line);
    if (documented) {
      doc = documented[1];
      continue;
    }
    const field = FIELD.exec(line);
    if (field && doc !== undefined && struct !== '') found.set(`${struct}.${field[1]}`, doc);
    doc = undefined;
  }
}
