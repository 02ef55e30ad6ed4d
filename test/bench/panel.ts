/** A free-running bulk transfer in the debugger, with the Packets panel open and without it, in turn. */
import { performance } from 'node:perf_hooks';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { ChangedEvent, PacketsArguments, PacketsResponse } from '../../debug-adapter/protocol.ts';
import { ADAPTER, ROOT } from './adapterSession.ts';
import { range, type Range } from './statistics.ts';

const PROGRAM = `${ROOT}test/bench/programs/bulk.ts`;
/** Bytes that it sends. */
const LENGTH = 128 * 1024 ** 2;
/** After one of each that is not counted: files and code are in memory then. */
const ROUNDS = 5;

export interface PanelFigures {
  closed_MBps: number;
  open_MBps: number;
  /** Each round's speed with the panel by its speed without. */
  ratio: Range;
  /** Answers with rows that the open panel got in a transfer. */
  answers: number;
}

export async function measurePanel(): Promise<PanelFigures> {
  const [closed, open]: [Transfer[], Transfer[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    // Whichever comes second finds a warmer machine.
    const isOpenFirst = round % 2 === 1;
    for (const isOpen of [isOpenFirst, !isOpenFirst]) {
      const one = await transfer(isOpen);
      if (round > 0) (isOpen ? open : closed).push(one);
    }
  }
  const speeds = (transfers: Transfer[]) => range(transfers.map(({ seconds }) => LENGTH / 1e6 / seconds));
  return {
    closed_MBps: Math.round(speeds(closed).median),
    open_MBps: Math.round(speeds(open).median),
    ratio: range(open.map(({ seconds }, round) => closed[round]!.seconds / seconds)),
    answers: range(open.map(({ answers }) => answers)).median,
  };
}

interface Transfer {
  seconds: number;
  answers: number;
}

/** From the program's first line to its end. */
async function transfer(isOpen: boolean): Promise<Transfer> {
  const client = new DebugClient(process.execPath, ADAPTER, 'sockscope', { cwd: ROOT });
  await client.start();
  try {
    await client.initializeRequest();
    const initialized = client.waitForEvent('initialized');
    const stopped = client.waitForEvent('stopped');
    const launched = client.launchRequest({ program: PROGRAM, stopOnEntry: true } as never);
    await initialized;
    await client.configurationDoneRequest();
    await launched;
    const { threadId } = (await stopped).body as { threadId: number };
    const panel = isOpen ? new OpenPanel(client) : undefined;
    const ended = client.waitForEvent('terminated', 120_000);
    const begun = performance.now();
    await client.continueRequest({ threadId });
    await ended;
    const seconds = (performance.now() - begun) / 1000;
    return { seconds, answers: panel?.answers ?? 0 };
  } finally {
    await client.stop();
  }
}

/** Rows that the panel asks for at once, and those that a panel of usual height shows. */
const PAGE = 100;
const VISIBLE = 20;

/** Asks as the panel does that follows the end of the list: at each news of packets. */
class OpenPanel {
  answers = 0;
  private readonly client: DebugClient;
  private isAsking = false;
  private hasNews = false;
  private isClosed = false;
  private length = 0;

  constructor(client: DebugClient) {
    this.client = client;
    client.on('sockscope/changed', ({ body }: { body: ChangedEvent }) => {
      if (body.packets > 0) void this.refresh();
    });
    client.on('terminated', () => this.close());
  }

  close(): void {
    this.isClosed = true;
  }

  private async refresh(): Promise<void> {
    this.hasNews = true;
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      await this.ask();
    } catch (error) {
      // A question meets the end of the session.
      if (!this.isClosed) throw error;
    }
    this.isAsking = false;
  }

  private async ask(): Promise<void> {
    while (this.hasNews && !this.isClosed) {
      this.hasNews = false;
      // What is shown, then the new end of the list.
      const { matching } = await this.page(this.length - VISIBLE);
      await this.page(matching - VISIBLE);
      await this.page(matching - 1);
      this.length = matching;
    }
  }

  private async page(index: number): Promise<PacketsResponse> {
    const from = Math.max(0, Math.floor(index / PAGE) * PAGE);
    const question: PacketsArguments = { from, count: PAGE };
    const { body } = await this.client.customRequest('sockscope/packets', question);
    this.answers++;
    return body as PacketsResponse;
  }
}
