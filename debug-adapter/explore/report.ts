/** What an exploration has found, as text for a terminal. */
import { seedsOf, type Exploration, type Finding, type Repetition } from './result.ts';
import type { FailureKind, WrittenTrial } from './trial.ts';

const HEADS: Readonly<Record<FailureKind, string>> = {
  exit: 'a process failed',
  uncaught: 'an error was not caught',
  hang: 'a process hangs',
  endless: 'it does not end',
  stack: 'the stack broke a rule of its own',
};

const REPETITIONS: Readonly<Record<Repetition, string | null>> = {
  recorded: null,
  unrecorded:
    'No recording opens it: it fails where no event of the machine is, at the top level of a program or computing without end. Start the programs with what follows.',
  other: 'It did not fail again: the program depends on something outside the machine.',
  stopped:
    'Exploring was stopped before this was made as small as it can be and was run again: there is no recording of it.',
};

export function reportText(exploration: Exploration): string {
  const { findings, done, runs, seeds, shard, servers, idle } = exploration;
  const of = seedsOf(seeds, shard).length;
  const part = shard.count === 1 ? '' : ` of shard ${shard.index}/${shard.count}`;
  const lines = findings.flatMap((finding) => [...findingLines(finding), '']);
  if (servers.length > 0)
    lines.push(`${sleepersText(servers, 'waits', 'wait')} for clients ${AT_END}: ${callsText(servers)}.`);
  if (idle.length > 0)
    lines.push(
      `${sleepersText(idle, 'is idle', 'are idle')}, with an answer to all that was sent, ${AT_END}: ${callsText(idle)}.`,
    );
  const found =
    findings.length === 0
      ? 'no failure'
      : findings.length === 1
        ? '1 failure'
        : `${findings.length} failures`;
  lines.push(`${done} of ${of} seeds${part} explored in ${runs} runs: ${found}.`);
  return lines.join('\n');
}

/** What is told apart from a process that hangs, and by what. */
const AT_END = 'at the end of a run without faults, and may';
function sleepersText({ length }: readonly string[], one: string, several: string): string {
  return length === 1 ? `1 process ${one}` : `${length} processes ${several}`;
}
function callsText(sleepers: readonly string[]): string {
  return sleepers.map((one) => one.replace(/:(\w+)$/, ' in $1()')).join(', ');
}

function findingLines({ failure, trial, found, seeds, repetition, story }: Finding): string[] {
  const repeated = REPETITIONS[repetition];
  const who = failure.process === '' ? '' : `${failure.process}: `;
  return [
    `FAILURE  ${HEADS[failure.kind]}, at ${(failure.timeNs / 1e9).toFixed(6)} s, event ${failure.event}`,
    ...`${who}${failure.text}`.split('\n').map((line) => `  ${line}`),
    '',
    `  seed ${trial.seed}, ${faultsText(trial)} (found with seed ${found.seed}, ${faultsText(found)})`,
    `  ${trial.faults.length === 0 ? 'Without faults' : 'With these faults'} ${seeds.failing} of ${seeds.tried} seeds fail so.`,
    ...(failure.kind === 'hang'
      ? [`  If it may sleep there for ever, leave it out with --asleep ${failure.process}`]
      : []),
    ...(repeated === null ? [] : [`  ${repeated}`]),
    '  In launch.json:',
    `    "seed": ${trial.seed}${trial.faults.length === 0 ? '' : `, "faults": ${JSON.stringify(trial.faults)}`}`,
    ...(story.length === 0 ? [] : ['', '  What led to it:', ...story.map((line) => `    ${line}`)]),
  ];
}

function faultsText({ faults }: WrittenTrial): string {
  if (faults.length === 0) return 'no fault';
  const list = faults.map(faultText).join('; ');
  return `${faults.length === 1 ? '1 fault' : `${faults.length} faults`}: ${list}`;
}
function faultText(fault: WrittenTrial['faults'][number]): string {
  const { kind, link, frame, delay, process, event } = fault;
  if (kind === 'kill') return `kill ${process} at event ${event}`;
  return `${kind} frame ${frame} of ${link}${delay === undefined ? '' : ` by ${delay}`}`;
}
