/** `sockscope merge FILES`: puts the results of the shards of an exploration together. */
import { reportText } from '../explore/report.ts';
import { mergeResults, readResult, ResultError, writeResult } from '../explore/result.ts';
import { UsageError } from './arguments.ts';

/** @returns the exit code: 1 where a failure was found @throws UsageError */
export async function merge(argv: readonly string[]): Promise<number> {
  const files: string[] = [];
  let result: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const [option, attached] = /^(--[a-z]+)=(.*)$/s.exec(argv[at]!)?.slice(1) ?? [argv[at]!, undefined];
    if (option === '--result') {
      result = attached ?? argv[++at];
      if (result === undefined) throw new UsageError('--result needs a value');
    } else if (option!.startsWith('-')) throw new UsageError(`unknown option ${option}`);
    else files.push(option!);
  }
  if (files.length === 0) throw new UsageError('FILE is missing: name the result files of all shards');
  try {
    const merged = mergeResults(new Map(files.map((file) => [file, readResult(file)])));
    if (result !== undefined) writeResult(result, merged);
    console.log(reportText(merged));
    return Number(merged.findings.length > 0);
  } catch (error) {
    throw error instanceof ResultError ? new UsageError(`merge: ${error.message}`) : error;
  }
}
