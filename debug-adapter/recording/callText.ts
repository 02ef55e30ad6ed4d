/** The arguments of system calls as a person would write them: `AF_INET, SOCK_STREAM`, `3, 127.0.0.1:8080`. */
import { addressFamilies, socketTypes } from '../inspect/names.ts';
import { addressText } from '../sequence/ends.ts';

/** An argument as it is recorded. */
export type CallArgument =
  | { kind: 'number'; value: number }
  | { kind: 'bytes'; length: number }
  | { kind: 'address'; address: number; port: number }
  | { kind: 'other' };

/** SOCK_NONBLOCK, SOCK_CLOEXEC: beside the type. */
const TYPE_MASK = 0xf;
/** Calls whose third argument is flags, which are mostly 0. */
const WITH_FLAGS = new Set(['send', 'recv', 'sendto', 'recvfrom']);

export function argumentsText(call: string, args: readonly CallArgument[]): string {
  const texts = args.map(argumentText);
  const [first, second, third] = args;
  if (call === 'socket' && first?.kind === 'number' && second?.kind === 'number')
    return `${addressFamilies.name(first.value) ?? first.value}, ${socketTypes.name(second.value & TYPE_MASK) ?? second.value}`;
  if (call === 'nanosleep') return `${texts[0]} ms`;
  const hasNoFlags = WITH_FLAGS.has(call) && third?.kind === 'number' && third.value === 0;
  if (!hasNoFlags) return texts.join(', ');
  return `${texts[0]}, ${second?.kind === 'number' ? `${second.value} bytes` : texts[1]}`;
}

function argumentText(argument: CallArgument): string {
  switch (argument.kind) {
    case 'number':
      return String(argument.value);
    case 'bytes':
      return `${argument.length} bytes`;
    case 'address':
      return addressText(argument.address, argument.port);
    case 'other':
      return '…';
  }
}
