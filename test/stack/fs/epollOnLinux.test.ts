/**
 * Random calls of epoll, eventfd, poll and dup that a real Linux answered, made again here: each returns the same.
 * recordEpoll.py records them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Sockscope, story } from '../support/story.ts';

const RECORD = new URL('../../../../test/stack/fs/epollOnLinux.txt', import.meta.url);
const OPERATIONS: Record<string, number> = { add: 1, del: 2, mod: 3 };

/** One run's descriptors, by the numbers that the record gives them. */
class Run {
  readonly #s: Sockscope;
  readonly #fds = new Map<number, number>();
  #next = 0;
  constructor(s: Sockscope) {
    this.#s = s;
  }

  /** @returns what the call returned, as the record writes it */
  async call(text: string): Promise<string> {
    try {
      return await this.#call(text.split(' '));
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }
  async #call([name, ...words]: string[]): Promise<string> {
    const s = this.#s;
    const [first, second, third, fourth] = words.map(Number) as [number, number, number, number];
    const fd = this.#fds.get(first)!;
    switch (name) {
      case 'epoll':
        return this.#name(await s.epoll_create1());
      case 'eventfd':
        return this.#name(await s.eventfd(first, s.EFD_NONBLOCK));
      case 'dup':
        return this.#name(await s.fcntl(fd, s.F_DUPFD, 0));
      case 'add':
      case 'del':
      case 'mod':
        return String(
          await s.epoll_ctl(fd, OPERATIONS[name]!, this.#fds.get(second)!, { events: third, data: fourth }),
        );
      case 'wait': {
        const events = await s.epoll_wait(fd, second, 0);
        return events.map(({ events: bits, data }) => `0x${bits.toString(16)}:${data}`).join(' ') || 'none';
      }
      case 'poll': {
        const list = [{ fd, events: s.POLLIN | s.POLLOUT, revents: 0 }];
        await s.poll(list, 0);
        return `0x${list[0]!.revents.toString(16)}`;
      }
      case 'write': {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigUint64(0, BigInt(words[1]!));
        return String(await s.write(fd, bytes));
      }
      case 'read': {
        const bytes = await s.read(fd, 8);
        return String(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
      }
      case 'close':
        await s.close(fd);
        this.#fds.delete(first);
        return '0';
      default:
        throw new Error(`the record has an unknown call: ${name}`);
    }
  }
  #name(fd: number): string {
    this.#fds.set(this.#next, fd);
    return String(this.#next++);
  }
  async closeAll(): Promise<void> {
    for (const fd of this.#fds.values()) await this.#s.close(fd);
  }
}

describe('epoll and eventfd as a real Linux answers', () => {
  const [, ...runs] = readFileSync(RECORD, 'utf8').split(/^run (?=\d+$)/m);
  for (const recorded of runs) {
    const [number, ...lines] = recorded.trimEnd().split('\n');
    it(`run ${number}: ${lines.length} calls`, () =>
      story()
        .process('process', async (s) => {
          const run = new Run(s);
          const made: string[] = [];
          for (const line of lines) {
            const [call] = line.split(' = ') as [string];
            made.push(`${call} = ${await run.call(call)}`);
            if (made.at(-1) !== line)
              assert.fail(`Linux: ${line}\nafter these calls here:\n${made.join('\n')}`);
          }
          await run.closeAll();
        })
        .run());
  }
});
