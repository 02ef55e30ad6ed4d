/** The contents of a stack frame: its locals, and the socket, packet and task that it handles. */
import { message, type Message } from '../../language/message.ts';
import { socket } from '../../stack/include/linux/net.ts';
import { sk_buff } from '../../stack/include/linux/skbuff.ts';
import { sock_common } from '../../stack/include/net/sock.ts';
import type { Describer } from './describe.ts';
import { localKind } from './fieldTable.ts';
import type { Item } from './item.ts';
import { meetsProxy, storedValue } from './values/peek.ts';

/** V8's object for one scope, inner ones first. */
export type ScopeObject = Record<string, unknown>;

/** The locals of all blocks of a function: an inner one hides an outer one with the same name. */
export function localsOf(scopes: readonly ScopeObject[]): Map<string, unknown> {
  const locals = new Map<string, unknown>();
  for (const scope of scopes) {
    for (const name of Object.keys(scope)) {
      if (locals.has(name)) continue;
      try {
        locals.set(name, storedValue(scope, name));
      } catch {
        // Declared further down: not initialized yet.
      }
    }
  }
  return locals;
}

export function localItems(locals: ReadonlyMap<string, unknown>, describer: Describer): Item[] {
  // One socket has several names in a function: `sk`, `tp`, `icsk`.
  const described = new Map<unknown, Item>();
  return [...locals].map(([name, value]) => {
    const known = described.get(value);
    const item = known === undefined ? describer.describe(name, value) : { ...known, name };
    if (typeof value === 'object') described.set(value, item);
    const kind = typeof value === 'number' ? localKind(name) : undefined;
    if (kind !== undefined) item.text = kind.show(value as number, describer.machine);
    return { ...item, evaluateName: name };
  });
}

/** The names that kernel functions usually give to what they handle come first. */
const SOCK_NAMES = [
  'sk',
  'newsk',
  'child',
  'tp',
  'icsk',
  'inet',
  'req',
  'listener',
  'sock',
  'newsock',
  'file',
];

/** Whether a value can be inspected safely. */
function known(value: unknown): object | null {
  return typeof value === 'object' && value !== null && !meetsProxy(value) ? value : null;
}
function asSock(local: unknown): sock_common | null {
  const value = known(local);
  if (value instanceof sock_common) return value;
  if (value instanceof socket) return value.sk;
  return null;
}
export interface Subject {
  /** The scope's name. */
  name: Message;
  value: object;
  /** The expression of the value in this frame. */
  expression: string;
}

export function subjectsOf(locals: ReadonlyMap<string, unknown>): Subject[] {
  const subjects: Subject[] = [];
  const names = [...SOCK_NAMES.filter((name) => locals.has(name)), ...locals.keys()];
  const sockName = names.find((name) => asSock(locals.get(name)) !== null);
  const skbName = [...locals.keys()].find((name) => known(locals.get(name)) instanceof sk_buff);
  const skb = skbName === undefined ? undefined : (locals.get(skbName) as sk_buff);
  if (sockName !== undefined) {
    const value = locals.get(sockName);
    const expression = value instanceof socket ? `${sockName}.sk` : sockName;
    subjects.push({ name: message('Current socket'), value: asSock(value)!, expression });
  } else if (skb?.sk) {
    subjects.push({ name: message('Current socket'), value: skb.sk, expression: `${skbName}.sk` });
  }
  if (skb !== undefined) subjects.push({ name: message('Current skb'), value: skb, expression: skbName! });
  return subjects;
}
