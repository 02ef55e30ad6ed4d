/** Requests at random, in any order, sensible and not: the same seed gives the same wishes. */
import path from 'node:path';
import { fixture, stackFile } from './paths.ts';

/** Numbers from 0 to 1 by a seed (a linear congruence over 2^32, its high bits). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return (this.#state >>> 8) / 2 ** 24;
  }
  below(end: number): number {
    return Math.floor(this.next() * end);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** What the client has heard of: frames, values and threads, with the stop that they were of. */
export interface Known {
  frames: { id: number; stop: number }[];
  values: { id: number; stop: number }[];
  threads: number[];
  /** Fields that data breakpoints can be set on, and memory that can be read. */
  fields: string[];
  memory: string[];
  /** Nodes of the trees, work that may be cancelled, and recordings that were saved. */
  nodes: string[];
  works: string[];
  recordings: string[];
  stopped: number | undefined;
  stops: number;
  /** The first stop to which a search may come back when it is given up or has come to the end of the past. */
  returnsTo: number;
}
export interface Wish {
  command: string;
  arguments: unknown;
  isStale: boolean;
}

/** A Node program; all others are scenarios. */
const NODE_PROGRAM = path.join(path.dirname(fixture('handshake')), 'node', 'talk.mjs');
const PROGRAMS = [
  ...['handshake', 'loop', 'spawned', 'refused', 'busy', 'distant'].map(fixture),
  NODE_PROGRAM,
] as const;
/** For sessions that are to last. */
const ENDLESS = [
  ...['exchange', 'exchange', 'exchange', 'busy', 'distant'].map(fixture),
  NODE_PROGRAM,
] as const;
/** A restart with another program, or with a recording. */
const RESTART_ANOTHER = 'restart another';
/** What ends a session. */
const ENDING = new Set(['terminate', 'disconnect']);
/** Needs a machine that stands, which a session with a program without end seldom has. */
const SAVE = 'sockscope/saveRecording';
/** How much more often a session that is to last wants these: it is to have recordings, and to open them. */
const MORE_WHERE_IT_LASTS = new Map([
  [SAVE, 2],
  [RESTART_ANOTHER, 3],
]);
/** So many requests, at most, come to a machine that is not debugged, before it is restarted as one that is. */
const MOST_UNHEARD = 15;
const FRAME_CHANGES = ['drop', 'duplicate', 'delay', 'reorder', 'corrupt', 'bytes', 'eat'];
/** A frame of no protocol, one that ends amid its IPv4 header, and none. */
const FRAMES = ['00'.repeat(60), `${'00'.repeat(12)}080045000028`, 'zz'];
const EXPRESSIONS = [
  '1 + 1',
  'machine',
  'current.pid',
  'sk',
  'nowhere',
  'throw new Error("no")',
  'while (1) {}',
  'machine.now_ns = 0',
  'world.machines[0].hostname = "changed"',
  'world.machines[0].hostname = "half", JSON.parse("{")',
  '({ get a() { return b; } })',
  '[1, 2, 3].map((n) => n * n)',
  'globalThis',
  '(',
  '',
  '"café"',
  'await 1',
  'trace',
  'trace tcp:tcp_probe { count() }',
  'trace sock:* /sk.sk_num == 8080/ { print(sk.sk_num); hist(newstate) }',
  'trace nowhere:at_all',
  'frame list',
  'frame 1 drop',
  'trace tcp:tcp_probe { print(',
  'untrace 1',
  'untrace',
  'frame 3 delay 1ms',
  'watch',
  'watch sk.sk_state',
  'rwatch sk.snd_cwnd hits 2',
  'awatch skb.data[12..16] w if $value',
  'watch current.comm if (',
  'unwatch 1',
  'unwatch',
  `inject lo ${'00'.repeat(60)}`,
  'inject nowhere zz',
] as const;
/** These are about the run, not about a frame of the stack. */
const COMMAND = /^(?:(?:trace|untrace|frame|inject|unwatch)\b|watch$)/;
const FUNCTIONS = ['tcp_v4_rcv', 'connect', 'sys_connect', 'tcp_v4_rvc', '', '__proto__'] as const;
const CONDITIONS = [
  undefined,
  '',
  'true',
  'false',
  'turn > 2',
  'nowhere.at.all',
  '(',
  'while (1) {}',
] as const;
const NONSENSE = [null, -1, 0, 1.5, 1e300, '', 'x', true, [], {}, [null], '__proto__'] as const;
const FIELDS = ['sk', 'turn', 'skc_state', 'comm', 'addr_len', 'len'] as const;
const GOALS = [
  'driver',
  'program',
  'packet',
  'arrival',
  'syscall',
  'transition',
  'timer',
  'switch',
  'idle',
  'x',
] as const;
const FILTERS = ['syscallEnter', 'syscallExit', 'transition', 'packetSent', 'uncaught', 'nothing'] as const;

/** Fields of which it is noted why they change, and one that is none. */
const TOLD = ['snd_cwnd', 'sk_state', 'rcv_wnd', 'icsk_ca_state', 'comm'] as const;
const SIDES = ['sent', 'received', 'cause', 'x'] as const;
const BOOKMARKS = ['here', 'there', '', 'x'.repeat(101)] as const;

/** What may be different from a recording, or may not. */
const DIFFERENCES = [
  undefined,
  undefined,
  { seed: 5 },
  { sysctl: { 'net.ipv4.tcp_syncookies': 0 } },
  { sysctl: { 'net.ipv4.nowhere': 0 } },
  { faults: [{ kind: 'loss', link: 'lo', frame: 4 }] },
  {},
] as const;

/** @param lasts its program has no end */
export function launchWish(random: Random, lasts = false): Record<string, unknown> {
  return {
    program: random.pick(lasts ? ENDLESS : PROGRAMS),
    ...(lasts || random.next() < 0.6 ? { stopOnEntry: true } : {}),
    ...(!lasts && random.next() < 0.05 ? { noDebug: true } : {}),
    ...(random.next() < 0.1 ? { skipFiles: ['stack/net/core/**'] } : {}),
  };
}

export class RequestGenerator {
  readonly #random: Random;
  readonly #known: Known;
  /** The folder for files that are written. */
  readonly #folder: string;
  readonly #lasts: boolean;
  /** The requests until a machine that is debugged is wanted again. */
  #unheard = Infinity;
  /** A recording is to be saved at the next stop. */
  #saves = false;

  /** @param lasts nothing is asked that ends the session, and each program that it is restarted with has no end */
  constructor(random: Random, known: Known, folder: string, lasts: boolean) {
    this.#random = random;
    this.#known = known;
    this.#folder = folder;
    this.#lasts = lasts;
  }

  next(): Wish {
    const random = this.#random;
    if (this.#unheard-- === 0)
      return {
        command: 'restart',
        arguments: { arguments: launchWish(random, this.#lasts) },
        isStale: false,
      };
    if (this.#saves && this.#known.stopped !== undefined) {
      this.#saves = false;
      return { command: SAVE, arguments: this.#recording(), isStale: false };
    }
    const [named, make] = this.#choose();
    if (this.#lasts && named === SAVE && this.#known.stopped === undefined) {
      this.#saves = true;
      return { command: 'pause', arguments: this.#onThread(), isStale: false };
    }
    const command = named === RESTART_ANOTHER ? 'restart' : named;
    const wish = { command, arguments: make(), isStale: false };
    if (random.next() < 0.04) return { ...wish, arguments: this.#bogus(wish.arguments) };
    return { ...wish, isStale: this.#isStale(wish.arguments as Record<string, unknown> | undefined) };
  }

  /** How often each is wanted, and its arguments. */
  readonly #requests: readonly [weight: number, command: string, make: () => unknown][] = [
    [14, 'stepIn', () => this.#onThread()],
    [12, 'next', () => this.#onThread()],
    [6, 'stepOut', () => this.#onThread()],
    [6, 'continue', () => this.#onThread()],
    [7, 'pause', () => this.#onThread()],
    [8, 'stackTrace', () => ({ ...this.#onThread(), levels: this.#random.below(20) })],
    [7, 'threads', () => undefined],
    [7, 'scopes', () => ({ frameId: this.#frame() })],
    [8, 'variables', () => ({ variablesReference: this.#value() })],
    [6, 'evaluate', () => this.#evaluation()],
    [3, 'setVariable', () => ({ variablesReference: this.#value(), name: 'turn', value: '7' })],
    [4, 'setBreakpoints', () => this.#breakpoints()],
    [2, 'setFunctionBreakpoints', () => ({ breakpoints: [{ name: this.#random.pick(FUNCTIONS) }] })],
    [2, 'setExceptionBreakpoints', () => ({ filters: [this.#random.pick(FILTERS)] })],
    [2, 'stepInTargets', () => ({ frameId: this.#frame() })],
    [2, 'completions', () => ({ frameId: this.#frame(), text: 'sk.', column: 4 })],
    [1, 'exceptionInfo', () => this.#onThread()],
    [1, 'loadedSources', () => undefined],
    [1, 'breakpointLocations', () => ({ source: { path: fixture('loop') }, line: 3 })],
    [2, 'sockscope/tree', () => this.#tree()],
    [2, 'sockscope/packets', () => ({ from: 0, count: 10 })],
    [1, 'sockscope/annotatePacket', () => ({ number: this.#random.below(5), marked: true })],
    [1, 'sockscope/findPacket', () => ({ what: 'row', text: 'ack', from: this.#random.below(5) })],
    [
      1,
      'sockscope/filterCompletions',
      () => ({ filter: 'frame.number == ', cursor: this.#random.below(20) }),
    ],
    [1, 'sockscope/filterFor', () => ({ number: this.#random.below(5), what: 'conversation' })],
    [2, 'sockscope/runTo', () => ({ ...this.#onThread(), to: this.#random.pick(GOALS) })],
    [0.5, 'sockscope/runToArrival', () => this.#packet()],
    [0.5, 'sockscope/goToSending', () => this.#packet()],
    [0.3, 'sockscope/due', () => ({})],
    [0.5, 'sockscope/advanceTime', () => ({ index: this.#random.below(4) })],
    [0.7, 'sockscope/why', () => this.#question()],
    [0.3, 'sockscope/trace', () => ({ count: this.#random.below(50) })],
    [0.8, 'stepBack', () => this.#onThread()],
    [0.5, 'reverseContinue', () => this.#onThread()],
    [0.3, 'restartFrame', () => ({ frameId: this.#frame() })],
    [0.5, 'sockscope/goToEvent', () => ({ event: this.#random.below(120) })],
    [1, 'dataBreakpointInfo', () => this.#field()],
    [1, 'setDataBreakpoints', () => ({ breakpoints: this.#dataBreakpoints() })],
    [1, 'setExpression', () => ({ ...this.#evaluation(), value: this.#random.pick(['1', '(', 'null']) })],
    [1, 'readMemory', () => ({ memoryReference: this.#memory(), count: this.#random.below(100) })],
    [0.5, 'writeMemory', () => ({ memoryReference: this.#memory(), data: 'AAEC' })],
    [1, 'cancel', () => this.#cancelled()],
    [0.5, 'sockscope/breakOn', () => ({ breakOn: { transition: 'SYN_SENT -> *' } })],
    [0.5, 'sockscope/picture', () => ({ picture: this.#random.pick(['states', 'queues', 'rings']) })],
    [0.5, 'sockscope/sequence', () => ({ from: 0 })],
    [0.5, 'sockscope/timeline', () => this.#timeline()],
    [0.5, 'sockscope/output', () => ({})],
    [0.3, 'sockscope/goToOutput', () => ({ event: this.#event(), index: this.#random.below(2) })],
    [
      0.3,
      'sockscope/graphs',
      () => ({ graph: this.#random.pick(['sequence', 'window', 'throughput', 'x']) }),
    ],
    [0.3, 'sockscope/packetWay', () => this.#packet()],
    [0.3, 'sockscope/eventCode', () => ({ event: this.#event() })],
    [0.5, 'sockscope/packet', () => this.#packet()],
    [0.5, 'sockscope/packetCode', () => ({ ...this.#packet(), which: this.#random.pick(SIDES) })],
    [0.5, 'sockscope/causeChain', () => this.#packet()],
    [0.3, 'sockscope/followStream', () => ({ protocol: this.#random.pick(['tcp', 'udp', 'x']), stream: 0 })],
    [
      0.2,
      'sockscope/saveStream',
      () => ({ protocol: 'tcp', stream: this.#random.below(2), path: this.#file('.bin') }),
    ],
    [0.2, 'sockscope/exportPackets', () => ({ path: this.#file('.pcapng') })],
    [0.3, 'sockscope/functionGraph', () => this.#stretch()],
    [0.5, 'sockscope/setTreeValue', () => ({ id: this.#node(), value: this.#random.pick(['1', '(', '']) })],
    [0.5, 'sockscope/breakOnSocket', () => ({ id: this.#node(), enabled: this.#random.next() < 0.5 })],
    [
      0.5,
      'sockscope/watchField',
      () => ({ id: this.#node(), access: this.#random.pick(['read', 'write', 'x']) }),
    ],
    [0.2, 'sockscope/checkWatch', () => ({ condition: this.#random.pick(['', '$value ===']) })],
    [0.3, 'sockscope/watches', () => ({})],
    [0.3, 'sockscope/unwatch', () => ({ number: this.#random.below(4) })],
    [0.5, 'sockscope/updateChecksums', () => ({ memoryReference: this.#memory() })],
    [1, 'sockscope/changeFrame', () => this.#frameChange()],
    [0.3, 'sockscope/injectFrame', () => ({ hex: this.#random.pick(FRAMES), link: 'lo' })],
    [0.3, 'sockscope/frames', () => ({})],
    [0.3, 'sockscope/frameMemory', () => ({ packet: this.#random.below(8) })],
    [0.3, 'sockscope/bookmarks', () => ({})],
    [0.7, 'sockscope/addBookmark', () => ({ ...this.#bookmark(), ...this.#bookmarked() })],
    [0.3, 'sockscope/renameBookmark', () => ({ ...this.#bookmark(), newName: this.#random.pick(BOOKMARKS) })],
    [0.3, 'sockscope/removeBookmark', () => this.#bookmark()],
    [0.4, 'sockscope/goToBookmark', () => this.#bookmark()],
    [0.4, SAVE, () => this.#recording()],
    [1, 'restart', () => ({})],
    [0.3, RESTART_ANOTHER, () => ({ arguments: this.#another() })],
    [1, 'launch', () => this.#launch()],
    [1, 'configurationDone', () => undefined],
    [1, 'initialize', () => ({ adapterID: 'sockscope' })],
    [0.3, 'gotoTargets', () => ({})],
    [0.3, 'toString', () => ({})],
    [0.3, '', () => ({})],
    [0.15, 'terminate', () => ({})],
    [0.05, 'disconnect', () => ({})],
  ];

  readonly #lasting = this.#requests
    .filter(([, command]) => !ENDING.has(command))
    .map(
      ([weight, command, make]) => [weight * (MORE_WHERE_IT_LASTS.get(command) ?? 1), command, make] as const,
    );

  #choose(): [command: string, make: () => unknown] {
    const requests = this.#lasts ? this.#lasting : this.#requests;
    const total = requests.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#random.next() * total;
    for (const [weight, command, make] of requests) {
      at -= weight;
      if (at < 0) return [command, make];
    }
    return ['threads', () => undefined];
  }

  /** The thread that stands for the most part, so that steps get somewhere. */
  #onThread(): { threadId: number } {
    const { stopped, threads } = this.#known;
    if (stopped !== undefined && this.#random.next() < 0.8) return { threadId: stopped };
    return { threadId: this.#random.pick([...threads, 1, 100, 101, 4711]) };
  }
  /** A new number for the most part; now and then an old one, or none that there ever was. */
  #numberOf(list: readonly { id: number; stop: number }[]): number {
    const now = list.filter(({ stop }) => stop === this.#known.stops);
    const chance = this.#random.next();
    if (now.length > 0 && chance < 0.8) return this.#random.pick(now).id;
    if (list.length > 0 && chance < 0.95) return this.#random.pick(list).id;
    return this.#random.pick([0, 1, 7, 1_000_000, 2 ** 31 - 1]);
  }
  #frame(): number {
    return this.#numberOf(this.#known.frames);
  }
  #value(): number {
    return this.#numberOf(this.#known.values);
  }
  /** A field of a value, or of what an expression gives. */
  #field(): object {
    const random = this.#random;
    const name = random.pick([...FIELDS, ...EXPRESSIONS]);
    return random.next() < 0.5
      ? { variablesReference: this.#value(), name }
      : { name: random.pick(['current.comm', 'sockets[0].sk_state', name]), frameId: this.#frame() };
  }
  /** Why a value is what it is: a variable's, a tree's or an expression's. */
  #question(): object {
    const random = this.#random;
    const name = random.pick(TOLD);
    return random.pick([
      { variablesReference: this.#value(), name },
      { node: this.#node() },
      { expression: `sk.${name}`, frameId: this.#frame() },
      { expression: `sockets[0].${name}` },
    ]);
  }
  #dataBreakpoints(): object[] {
    const random = this.#random;
    return Array.from({ length: random.below(3) }, () => ({
      dataId: random.pick([...this.#known.fields, '1', 'x']),
      accessType: random.pick(['read', 'write', 'readWrite', undefined]),
      condition: random.pick([undefined, '', '$value > 2', '(']),
      hitCondition: random.pick([undefined, undefined, '2', '% 3', 'x']),
    }));
  }
  #tree(): object {
    const view = this.#random.pick(['sockets', 'interfaces', 'kernel']);
    return this.#random.next() < 0.5 ? { view } : { view, parent: this.#node() };
  }
  #node(): string {
    return this.#random.pick([...this.#known.nodes, 'kernel', 'x']);
  }
  #frameChange(): object {
    const random = this.#random;
    const how = random.pick(FRAME_CHANGES);
    return { packet: random.below(8), how, delay: '1ms', at: random.below(80), hex: '00ff' };
  }
  #packet(): { number: number } {
    return { number: this.#random.below(8) };
  }
  #event(): number {
    return this.#random.below(120);
  }
  #stretch(): object {
    const from = this.#event();
    return { from, ...(this.#random.next() < 0.5 ? { to: from + this.#random.below(40) } : {}) };
  }
  #timeline(): object {
    const random = this.#random;
    const axis = random.pick(['time', 'events', undefined, 'x']);
    return random.next() < 0.5 ? { axis } : { axis, from: this.#event(), to: this.#event(), columns: 10 };
  }
  /** A request, or work that the client was told of. */
  #cancelled(): object {
    const random = this.#random;
    return random.next() < 0.5
      ? { requestId: random.below(200) }
      : { progressId: random.pick([...this.#known.works, 'work 1', 'x']) };
  }
  #bookmark(): { name: string } {
    return { name: this.#random.pick(BOOKMARKS) };
  }
  #bookmarked(): object {
    return this.#random.pick([{}, { event: this.#event() }, { packet: this.#random.below(8) }]);
  }
  #recording(): object {
    const random = this.#random;
    const path = random.next() < 0.9 ? this.#file('.sockscope') : random.pick(['', '/nowhere/x.sockscope']);
    return { path, ...(random.next() < 0.2 ? { packet: random.below(8) } : {}) };
  }
  #file(suffix: string): string {
    return path.join(this.#folder, `${this.#random.below(3)}${suffix}`);
  }
  #launch(): object {
    const random = this.#random;
    const { recordings } = this.#known;
    return recordings.length > 0 && random.next() < 0.6
      ? { recording: random.pick(recordings), whatIf: random.pick(DIFFERENCES) }
      : launchWish(random, this.#lasts);
  }
  /** What a session is restarted with: one that lasts hears of a machine that is not debugged for a while only. */
  #another(): object {
    const launch = this.#launch();
    if (!this.#lasts || this.#random.next() >= 0.15) return launch;
    this.#unheard = this.#random.below(MOST_UNHEARD);
    return { ...launch, noDebug: true };
  }
  #memory(): string {
    return this.#random.pick([...this.#known.memory, '0', 'x']);
  }
  #isStale(args: Record<string, unknown> | undefined): boolean {
    const { frames, values, stops, returnsTo } = this.#known;
    const isOld = (list: readonly { id: number; stop: number }[], id: unknown) => {
      const uses = list.filter((one) => one.id === id);
      return uses.length > 0 && uses.every(({ stop }) => stop < Math.min(stops, returnsTo));
    };
    return isOld(frames, args?.['frameId']) || isOld(values, args?.['variablesReference']);
  }

  #evaluation(): object {
    const random = this.#random;
    // What does not end costs half a second each time.
    let expression = random.pick(EXPRESSIONS);
    if (expression.startsWith('while') && random.next() < 0.8) expression = '1 + 1';
    return {
      expression,
      context: random.pick(['repl', 'watch', 'hover', undefined]),
      ...(COMMAND.test(expression) || random.next() < 0.3 ? {} : { frameId: this.#frame() }),
    };
  }
  #breakpoints(): object {
    const random = this.#random;
    const file = random.pick([
      ...PROGRAMS,
      ...ENDLESS,
      stackFile('net/ipv4/tcp_input/rcv.ts'),
      '/nowhere.ts',
      '',
    ]);
    const breakpoints = Array.from({ length: random.below(4) }, () => ({
      line: 1 + random.below(30),
      condition: random.pick(CONDITIONS.slice(0, -1)),
      ...(random.next() < 0.2 ? { hitCondition: random.pick(['3', '>= 2', 'x']) } : {}),
      ...(random.next() < 0.2 ? { logMessage: random.pick(['turn {turn}', '{', 'plain']) } : {}),
    }));
    return { source: { path: file }, breakpoints };
  }

  /** One argument is something else, or is not there, or there are none at all. */
  #bogus(args: unknown): unknown {
    const random = this.#random;
    if (typeof args !== 'object' || args === null || random.next() < 0.2) return random.pick(NONSENSE);
    const changed: Record<string, unknown> = { ...args };
    const name = random.pick(Object.keys(changed)) ?? 'x';
    // What is undefined does not get into the message.
    changed[name] = random.next() < 0.3 ? undefined : random.pick(NONSENSE);
    return changed;
  }
}
