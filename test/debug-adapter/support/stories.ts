/** Stories in which reasons are told: how they are run, and that each reason is told in the one named for it. */
import assert from 'node:assert/strict';
import { RawPeer } from '../../stack/support/rawPeer.ts';
import {
  accepted,
  listener,
  reads,
  type Process,
  type Setup,
  type Sockscope,
  story,
} from '../../stack/support/story.ts';
import { Observed, type Changed } from './observed.ts';

/** Of peers that are made by hand. */
export const PEER_PORT = 45_000;
const WAN = { mtu: 1500, latency: '5ms' };

/** A client and a server, each at its end of a line. */
export async function between(client: Process, server = reads, setup: Setup = {}): Promise<Observed> {
  const told = story({ aftermath: 600, ...setup, nic: { ...WAN, ...setup.nic } })
    .process('server', server)
    .process('client', client);
  const observed = new Observed(told.machine.world);
  await told.run();
  return observed;
}
/** A peer whose segments are written by hand, and a listener. */
export async function byHand(
  test: (s: Sockscope, peer: RawPeer, listening: number) => Promise<void>,
  setup: Setup = {},
): Promise<Observed> {
  const told = story({ leaves: /./, ...setup }).process('process', async (s) =>
    test(s, await RawPeer.make(s, PEER_PORT, 8080), await listener(s)),
  );
  const observed = new Observed(told.machine.world);
  await told.run();
  return observed;
}

export const nothing: Process = async () => {};
/** Accepts a connection, and closes it after a while. */
export const waits =
  (ms: number): Process =>
  async (s) => {
    const fd = await accepted(s);
    await s.sleep(ms);
    await s.close(fd);
  };
export const tcpSocket = (s: Sockscope): Promise<number> => s.socket(s.AF_INET, s.SOCK_STREAM);
/** Lose all segments with these flags. @returns ends that */
export const lose = (s: Sockscope, flags: RegExp): (() => void) =>
  s.dropFrames(({ tcpFlags }) => flags.test(tcpFlags));

/** What is told in a story. */
export interface Told {
  why: string | undefined;
  sentence: string;
  /** What has changed; nothing for a packet. */
  what?: string;
}
export const sentIn = (observed: Observed): Told[] =>
  observed.sent().map(({ cause: { why }, sentence }) => ({ why, sentence }));
export function changesIn({ changes }: Observed, values: RegExp): Told[] {
  return changes
    .filter(({ change }) => values.test(change.value))
    .map(({ change: { value, why, from, to }, sentence }: Changed) => ({
      why,
      sentence,
      what: `${value} ${from} > ${to}`,
    }));
}

/** Runs each story, with what it has to tell. @param where the story of each reason, and what it says there */
export function tellsReasons<Name extends string>(
  stories: Readonly<Record<Name, () => Promise<readonly Told[]>>>,
  where: Readonly<Record<string, readonly [Name, RegExp?]>>,
): void {
  for (const [name, tell] of Object.entries<() => Promise<readonly Told[]>>(stories))
    it(name, async () => {
      const told = await tell();
      const all = told
        .map(({ what = '', why, sentence }, at) => `${at + 1} ${what} ${why}: ${sentence}`)
        .join('\n');
      for (const [reason, [place, words = /./]] of Object.entries(where)) {
        if (place !== name) continue;
        const sentences = told.filter(({ why }) => why === reason).map(({ sentence }) => sentence);
        assert.ok(sentences.length > 0, `not told: ${reason}\n${all}`);
        assert.ok(
          sentences.some((sentence) => words.test(sentence)),
          `${reason}: ${words}\n${all}`,
        );
      }
    });
}
/** The same for the states of connections. */
export function tellsStates<Name extends string>(
  stories: Readonly<Record<Name, () => Promise<Observed>>>,
  where: Readonly<Record<string, readonly [Name, RegExp]>>,
): void {
  const told = Object.entries<() => Promise<Observed>>(stories).map(
    ([name, tell]) => [name, async () => changesIn(await tell(), /state$/)] as const,
  );
  tellsReasons(Object.fromEntries(told) as Record<Name, () => Promise<Told[]>>, where);
}
