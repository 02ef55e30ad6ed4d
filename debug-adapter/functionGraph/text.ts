/** A function graph as text, in the format of Linux's function_graph tracer, with the virtual time before it. */
import type { FunctionCall } from './data.ts';

const HEAD = `# tracer: function_graph
#
#   VIRTUAL TIME    HOST DURATION                 FUNCTION CALLS
#        |            |   |                     |   |   |   |`;
/** As the tracer does, longer durations are marked. */
const MARKS = [
  { aboveUs: 1_000_000, mark: '$' },
  { aboveUs: 100_000, mark: '@' },
  { aboveUs: 10_000, mark: '*' },
  { aboveUs: 1000, mark: '#' },
  { aboveUs: 100, mark: '!' },
  { aboveUs: 10, mark: '+' },
] as const;

export function functionGraphText(calls: readonly FunctionCall[]): string {
  const lines = [HEAD];
  const open: FunctionCall[] = [];
  const close = (depth: number): void => {
    while (open.length > depth) {
      const call = open.pop()!;
      const name = call.hostUs === undefined ? ' /* has not returned */' : ` /* ${call.name} */`;
      lines.push(line(endOf(call), call.hostUs, open.length, `}${name}`));
    }
  };
  let context: string | undefined;
  for (const [index, call] of calls.entries()) {
    const { name, depth, timeNs } = call;
    close(depth);
    if (call.context !== context)
      lines.push(` ${'-'.repeat(42)}`, ` ${call.context}`, ` ${'-'.repeat(42)}`, '');
    context = call.context;
    if ((calls[index + 1]?.depth ?? 0) > depth) {
      lines.push(line(timeNs, undefined, depth, `${name}() {`));
      open.push(call);
    } else lines.push(line(timeNs, call.hostUs, depth, `${name}();`));
  }
  close(0);
  return `${lines.join('\n')}\n`;
}

function endOf({ timeNs, durationNs }: FunctionCall): number | undefined {
  return durationNs === undefined ? undefined : timeNs + durationNs;
}
function line(timeNs: number | undefined, hostUs: number | undefined, depth: number, text: string): string {
  const time = timeNs === undefined ? '' : (timeNs / 1e9).toFixed(9);
  const mark = MARKS.find(({ aboveUs }) => (hostUs ?? 0) > aboveUs)?.mark ?? ' ';
  const duration = hostUs === undefined ? '' : `${mark} ${hostUs.toFixed(3)} us`;
  return `${time.padStart(16)} | ${duration.padStart(16)}  |  ${'  '.repeat(depth)}${text}`;
}
