/**
 * Counts the objects of chosen classes as they are created, so that "the third tcp_sock" is the same one in each run of a
 * program. Only a run that is repeated counts, and only what is looked for: it costs time at each creation.
 */

/** A class, by the file that exports it. */
export interface CountedClass {
  /** Relative to the folder above `stack/`: `stack/include/linux/tcp.ts`. */
  url: string;
  name: string;
}

/**
 * Those that data breakpoints are usually on. Each machine that repeats a run counts them, so that a thread that has learnt to be quick need not be
 * given up for another one that does.
 */
export const USUAL: readonly CountedClass[] = [
  { url: 'stack/include/linux/skbuff.ts', name: 'sk_buff' },
  { url: 'stack/include/linux/tcp.ts', name: 'tcp_sock' },
  { url: 'stack/include/linux/tcp.ts', name: 'tcp_request_sock' },
  { url: 'stack/include/linux/udp.ts', name: 'udp_sock' },
  { url: 'stack/include/net/request_sock.ts', name: 'request_sock_queue' },
  { url: 'stack/drivers/net/vnic/adapter.ts', name: 'vnic_tx_ring' },
  { url: 'stack/drivers/net/vnic/adapter.ts', name: 'vnic_rx_ring' },
];

/** Where the modules find it that count. */
const CREATIONS = 'sockscope.creations';

type Class = new (...args: never[]) => object;

/** Its constructor returns what it is given. */
class Given {
  constructor(given: object) {
    return given;
  }
}
/**
 * The number of an object, kept in a private field of the object itself, where nothing that looks at it finds it. In a weak map,
 * a hundred thousand packets would cost as many entries at each garbage collection.
 */
class Numbered extends Given {
  readonly #ordinal: number;

  constructor(object: object, ordinal: number) {
    super(object);
    this.#ordinal = ordinal;
  }
  /** 0: it has none. */
  static of(object: object): number {
    return #ordinal in object ? object.#ordinal : 0;
  }
}

export class Creations {
  readonly #classes: readonly CountedClass[];
  readonly #counts: number[];
  readonly #waiting = new Map<string, ((created: object) => void)[]>();
  /** Those created before anybody could wait for them, as a machine's devices are; undefined: nobody asks for one any more. */
  #early: Map<string, WeakRef<object>> | undefined = new Map();

  constructor(classes: readonly CountedClass[]) {
    this.#classes = classes;
    this.#counts = classes.map(() => 0);
  }

  /** Count from the beginning: another world begins. */
  begin(): void {
    this.#counts.fill(0);
    this.#waiting.clear();
    this.#early = new Map();
  }
  /** Before the first module is evaluated. */
  install(): void {
    Object.defineProperty(globalThis, Symbol.for(CREATIONS), { value: this });
  }
  /**
   * What is added to a module's source, behind everything else, so that no line of it moves.
   *
   * @param url of the module
   */
  sourceFor(url: string): string {
    return this.#classes
      .map((one, kind) =>
        one.url === url
          ? `;${one.name} = globalThis[Symbol.for('${CREATIONS}')].counted(${one.name}, ${kind});`
          : '',
      )
      .join('');
  }
  /** The class, counting. */
  counted(target: Class, kind: number): Class {
    const counting: Class = new Proxy(target, {
      construct: (made, args: never[], newTarget) => {
        // V8 gives each object that a proxy is told to make a shape of its own, and all code that uses it becomes slow.
        const as = newTarget === counting ? made : newTarget;
        const created = Reflect.construct(made, args, as) as object;
        // One of a class below it is another kind.
        if (as === made) this.#created(created, kind);
        return created;
      },
    });
    return counting;
  }
  #created(created: object, kind: number): void {
    const ordinal = (this.#counts[kind] = this.#counts[kind]! + 1);
    new Numbered(created, ordinal);
    if (this.#early === undefined && this.#waiting.size === 0) return;
    const key = `${kind} ${ordinal}`;
    this.#early?.set(key, new WeakRef(created));
    for (const tell of this.#waiting.get(key) ?? []) tell(created);
    this.#waiting.delete(key);
  }

  /** Nobody will wait for an object that is created already. */
  forgetEarly(): void {
    this.#early = undefined;
  }

  /** Which object of its class it is; 0: it is not counted. */
  ordinalOf(object: object): number {
    return Numbered.of(object);
  }
  /** Tell when the `ordinal`th object of a class is created: at once, if it is and all are known yet. */
  whenCreated(kind: number, ordinal: number, tell: (created: object) => void): void {
    const key = `${kind} ${ordinal}`;
    const early = this.#early?.get(key)?.deref();
    if (early !== undefined) tell(early);
    else this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), tell]);
  }
}
