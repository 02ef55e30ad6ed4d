/** The places of the kernel's functions, by name. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { nearest } from '../../stack/lib/nearest.ts';

export interface FunctionPlace {
  name: string;
  /** The script's URL in V8. */
  url: string;
  /** Position of the parenthesis after the name, from 0, where V8 says that a function begins. */
  line: number;
  column: number;
  /** The function only looks something up. */
  accessor?: true;
  /** The file that contains it in Linux 6.1. */
  linux?: string;
}

/** Kernel functions of system calls, where they are not named after the library's function. */
const SYSCALL_FUNCTIONS: Record<string, string> = {
  accept: '__sys_accept4',
  send: '__sys_sendto',
  recv: '__sys_recvfrom',
  getsockname: '__sys_getname',
  getpeername: '__sys_getname',
  sleep: 'hrtimer_nanosleep',
  nanosleep: 'hrtimer_nanosleep',
  poll: 'do_sys_poll',
  fcntl: 'do_fcntl',
};

const HEADERS = 'stack/include/';

export class FunctionIndex {
  readonly #loading: Promise<Map<string, FunctionPlace[]>>;
  #accessors: ReadonlySet<string> = new Set();
  #known: ReadonlySet<string> = new Set();

  constructor(root: string) {
    this.#loading = readFunctions(root);
    this.#loading.then(
      (places) => {
        const accessors = [...places.values()].flat().filter(({ accessor }) => accessor);
        this.#accessors = new Set(accessors.map(({ url, name }) => `${url}:${name}`));
        this.#known = new Set([...places.values()].flat().map(({ url, name }) => `${url}:${name}`));
      },
      () => {},
    );
  }

  /** Whether a function only looks something up. Before the list is read the answer is no. */
  isAccessor(url: string, name: string): boolean {
    const key = `${url}:${name}`;
    // A header has functions and structs: what is no function is a struct's constructor.
    const isConstructor = url.startsWith(HEADERS) && this.#known.size > 0 && !this.#known.has(key);
    return isConstructor || this.#accessors.has(key);
  }

  async find(name: string): Promise<FunctionPlace[]> {
    return (await this.#loading).get(name) ?? [];
  }

  /** The function that a system call enters: `connect`, `sys_connect`, `__sys_connect`. */
  async findSyscall(name: string): Promise<FunctionPlace[]> {
    const bare = name.replace(/^(?:__|k)?sys_/, '');
    const candidates = [`__sys_${bare}`, `ksys_${bare}`, `sys_${bare}`, `do_${bare}`];
    const alias = SYSCALL_FUNCTIONS[bare];
    if (alias !== undefined) candidates.unshift(alias);
    for (const candidate of candidates) {
      const found = await this.find(candidate);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Existing names similar to an unknown one: misspelt or incomplete. */
  async similar(name: string): Promise<string[]> {
    const names = [...(await this.#loading).keys()];
    const misspelt = nearest(name, names);
    if (misspelt.length > 0) return misspelt;
    const wanted = name.toLowerCase();
    return names
      .filter((known) => known.includes(wanted) || (known.length > 3 && wanted.includes(known)))
      .sort((a, b) => Math.abs(a.length - name.length) - Math.abs(b.length - name.length))
      .slice(0, 3);
  }
}

/** The build creates the list: scripts/lib/functions.mjs. */
async function readFunctions(root: string): Promise<Map<string, FunctionPlace[]>> {
  const places = JSON.parse(
    await readFile(path.join(root, 'dist', 'functions.json'), 'utf8'),
  ) as FunctionPlace[];
  const found = new Map<string, FunctionPlace[]>();
  for (const place of places) {
    const others = found.get(place.name);
    if (others === undefined) found.set(place.name, [place]);
    else others.push(place);
  }
  return found;
}
