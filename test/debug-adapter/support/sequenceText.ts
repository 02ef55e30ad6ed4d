/** A sequence as text, one line for each thing that happened, in order: virtual time in µs, who, what. */
import type { Moment, SequenceResponse } from '../../../debug-adapter/protocol.ts';

export function sequenceText(sequence: SequenceResponse): string {
  const names = new Map(
    sequence.lifelines.map(({ id, name, host, pid }) => [
      id,
      pid === undefined ? `[${name}]` : `${name}@${host}`,
    ]),
  );
  const lines: { at: Moment; text: string }[] = [];
  const add = (at: Moment | undefined, text: string) => {
    if (at !== undefined) lines.push({ at, text });
  };
  const who = (id: string) => names.get(id) ?? `no lifeline ${id}`;
  for (const { lifeline, name, arguments: args, from, to, result, sleeps } of sequence.calls) {
    add(from, `${who(lifeline)}: ${name}(${args})`);
    for (const sleep of sleeps) {
      add(sleep.from, `${who(lifeline)}: sleeps in ${name}()`);
      add(sleep.to, `${who(lifeline)}: wakes`);
    }
    add(to, `${who(lifeline)}: ${name}() = ${result ?? 'nothing'}`);
  }
  for (const packet of sequence.packets) {
    const { number, from, to, label, numbers, payload, fate, reason, sent, arrived } = packet;
    const remarks = [
      payload === 0 ? '' : `${payload} bytes`,
      packet.isRepeated === true ? 'again' : '',
      packet.isDuplicate === true ? 'duplicate' : '',
      fate === 'delivered' ? '' : [fate, reason].filter(Boolean).join(': '),
    ];
    const told = [`#${number}`, label, numbers, ...remarks].filter(Boolean).join(' ');
    add(sent, `${who(from)} → ${who(to)}: ${told}`);
    add(arrived, `${who(to)} ← #${number}`);
  }
  for (const { lifeline, at, from, to, socket } of sequence.states)
    add(at, `${who(lifeline)}: ${from} → ${to}  (${socket})`);
  for (const { lifeline, at, syn, accept, backlog, overflow } of sequence.queues)
    add(
      at,
      overflow === undefined
        ? `${who(lifeline)}: SYN queue ${syn}, accept queue ${accept} of ${backlog}+1`
        : `${who(lifeline)}: ${overflow} queue is full`,
    );
  lines.sort((a, b) => a.at.event - b.at.event);
  return lines.map(({ at, text }) => `${(at.timeNs / 1000).toFixed(1).padStart(11)}  ${text}\n`).join('');
}
