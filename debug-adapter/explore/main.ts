/** The process that explores for an editor: its threads take no time of the editor's, and end with it. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { translator } from '../../language/message.ts';
import { errorText, UserError } from '../../language/userError.ts';
import { FAULT_KINDS } from '../../stack/fault_config.ts';
import { readBundle } from '../language.ts';
import { writeRecording } from '../recordings/file.ts';
import { parseLaunch } from '../session/launchArguments.ts';
import { EARLY_OPTIMIZATION } from '../worker/thread.ts';
import { Explorer, type Order } from './explorer.ts';
import { STOP, type ExploreOrder, type FromExplorer } from './messages.ts';
import { reportText } from './report.ts';
import { DEFAULT_LIMIT_S } from './trial.ts';

const [locale] = process.argv.slice(2);
const t = translator(readBundle(locale));
/** An editor that is gone hears nothing: what follows is the end of this process. */
const tell = (message: FromExplorer): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

if (!process.send) {
  console.error('This process is started by an editor. In a terminal, use: sockscope explore');
  process.exit(2);
}
setFlagsFromString(EARLY_OPTIMIZATION);
process.once('message', (order: ExploreOrder) => {
  explore(order)
    .catch((error: unknown) => tell({ type: 'refused', message: errorText(t, error) }))
    .finally(() => process.disconnect());
});
// The editor is gone.
process.on('disconnect', () => process.exit());

async function explore({ recording, ...given }: ExploreOrder): Promise<void> {
  const order = orderOf(given);
  const explorer = new Explorer(
    order,
    ({ done, of, runs, isShrinking }) =>
      void tell({ type: 'progress', progress: { done, of, runs, isShrinking } }),
  );
  process.on('message', (message) => {
    if (message === STOP) explorer.stop();
  });
  const found = await explorer.run();
  const { seeds, faults, shard } = order;
  const programs = order.subject.programs.map(({ file }) => file);
  const report = reportText({ subject: '', programs, seeds, faults, shard, ...found });
  const [finding] = found.findings;
  const recorded = finding && explorer.recordingOf(finding);
  if (recorded !== undefined) await writeRecording(recording, recorded);
  const failure = finding && {
    process: finding.failure.process,
    isHang: finding.failure.kind === 'hang',
    text: finding.failure.text.split('\n')[0]!,
    seed: finding.trial.seed,
    faults: finding.trial.faults.length,
    repetition: finding.repetition,
  };
  await tell({ type: 'over', report, done: found.done, failure: failure ?? null });
}

/** @throws LaunchError or UserError */
function orderOf({ launch, seeds, faults, asleep }: Omit<ExploreOrder, 'recording'>): Order {
  const { programs, hosts, config, ports, outside } = parseLaunch(launch);
  if (ports.length > 0 || outside || config.interfaces !== undefined)
    throw new UserError(
      'What comes from outside the machine differs from run to run: explore a configuration without "ports", "outside" and "interfaces".',
    );
  const { sysctl, nic } = config;
  return {
    subject: { programs, hosts, config: { sysctl, nic }, limit: DEFAULT_LIMIT_S, asleep },
    seeds,
    faults: FAULT_KINDS.filter((kind) => faults.includes(kind)),
    shard: { index: 1, count: 1 },
    jobs: availableParallelism(),
    all: false,
  };
}
