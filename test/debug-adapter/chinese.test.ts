/** Whole sessions in Chinese: all that a person reads there is Chinese, but for what docs/chinese.md names. */
import assert from 'node:assert/strict';
import type { TreeItem, TreeView } from '../../debug-adapter/protocol.ts';
import { samplePath } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';

/** Three English words in a row, or a word about a time: `again in 1 s`. */
const SENTENCE = /\b[A-Z]?[a-z]+ [a-z]{2,} [a-z]{2,}\b|\b[a-z]+ in \d/;
/** What stays English, by where it stands: answers' and events' names, then the path to the text. */
const STAYS: readonly RegExp[] = [
  // Values, and rows of trees: as the kernel and its tools write them. A tree's ids are made of them.
  /^variables\.variables\..*(name|value)$/,
  /\.items?\.(id|label|description|value)$/,
  // What programs print, and what Wireshark words.
  /^output\.output$/,
  /\.(info|about|what)$/,
];
/** A field of a struct with its value, and its doc from the kernel's headers. */
const FIELD = /^\S+ = /;

/** Everything of a session that is read and has an English sentence in it. */
class Reader {
  readonly english = new Set<string>();
  readonly chinese = new Set<string>();

  constructor({ client }: Adapter) {
    const emit = client.emit.bind(client);
    client.emit = (name: string | symbol, event: unknown, ...more: unknown[]) => {
      if (typeof event === 'object' && event !== null && 'body' in event)
        this.#read(String(name), event.body);
      return emit(name, event, ...more);
    };
    const send = client.send.bind(client) as (command: string, args: unknown) => Promise<{ body?: unknown }>;
    client.send = (async (command: string, args: unknown) => {
      const response = await send(command, args);
      this.#read(command, response.body);
      return response;
    }) as typeof client.send;
  }

  #read(place: string, value: unknown): void {
    if (typeof value === 'string') {
      const stays = STAYS.some((pattern) => pattern.test(place)) || FIELD.test(value);
      if (!stays && SENTENCE.test(value)) this.english.add(`${place}: ${value}`);
      if (/\p{Script=Han}/u.test(value)) this.chinese.add(value);
    } else if (Array.isArray(value)) for (const one of value) this.#read(place, one);
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) this.#read(`${place}.${key}`, one);
  }
}

async function openTree(adapter: Adapter, view: TreeView, parent?: string, depth = 3): Promise<void> {
  const items: TreeItem[] = await adapter.tree(view, parent);
  for (const { collapsible, id } of items)
    if (collapsible !== 'none' && depth > 0 && !id.endsWith('/struct'))
      await openTree(adapter, view, id, depth - 1);
}

/** What the views ask for at a stop. */
async function openViews(adapter: Adapter): Promise<void> {
  for (const { id } of await adapter.threads()) await adapter.stack(id);
  for (const { variablesReference } of await adapter.scopes()) await adapter.variables(variablesReference);
  for (const view of ['sockets', 'interfaces', 'kernel'] as const) await openTree(adapter, view);
  for (const picture of ['queues', 'states', 'rings'] as const)
    await adapter.custom('sockscope/picture', { picture });
  await adapter.custom('sockscope/sequence', {});
  await adapter.custom('sockscope/packetWay', {});
  for (const graph of [
    'stevens',
    'tcptrace',
    'congestion',
    'rtt',
    'windows',
    'throughput',
    'queues',
    'rings',
  ] as const)
    await adapter.custom('sockscope/graphs', { graph });
  await adapter.custom('sockscope/packets', { from: 0, count: 20 });
}

describe('debug adapter: a session in Chinese', function () {
  this.timeout(60_000);

  for (const sample of ['accept-queue-overflow', 'two-hosts'])
    it(`has no English sentence: ${sample}`, () =>
      withAdapter(async (adapter) => {
        const reader = new Reader(adapter);
        await adapter.launch(
          { program: samplePath(sample), record: true, breakOn: { transition: '-> ESTABLISHED' } },
          undefined,
          { locale: 'zh-cn' },
        );
        await adapter.stopped();
        await adapter.request('exceptionInfo', { threadId: adapter.thread });
        await openViews(adapter);
        await adapter.custom('sockscope/breakOn', { breakOn: {} });
        assert.equal(await adapter.go('continue'), 'terminated');
        assert.deepEqual([...reader.english], []);
        assert.ok(reader.chinese.size > 50, [...reader.chinese].join('\n'));
      }));
});
