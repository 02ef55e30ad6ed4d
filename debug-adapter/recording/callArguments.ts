/** The arguments of system calls in records: written in the machine's thread, read in the adapter's. */
import { sockaddr_in } from '../../stack/include/uapi/linux/in.ts';
import type { CallArgument } from './callText.ts';
import { ARGUMENT, ARGUMENT_BYTES, PORT_UNIT } from './layout.ts';

export function writeArgument(view: DataView, at: number, value: unknown): void {
  let tag: number = ARGUMENT.other;
  let number = 0;
  if (typeof value === 'number') [tag, number] = [ARGUMENT.number, value];
  else if (value instanceof Uint8Array) [tag, number] = [ARGUMENT.bytes, value.length];
  else if (value instanceof sockaddr_in)
    [tag, number] = [ARGUMENT.address + value.sin_port * PORT_UNIT, value.sin_addr];
  view.setFloat64(at, tag, true);
  view.setFloat64(at + 8, number, true);
}

/** An argument as a record would have it. */
export function argumentOf(value: unknown): CallArgument {
  if (typeof value === 'number') return { kind: 'number', value };
  if (value instanceof Uint8Array) return { kind: 'bytes', length: value.length };
  if (value instanceof sockaddr_in) return { kind: 'address', address: value.sin_addr, port: value.sin_port };
  return { kind: 'other' };
}

/** The arguments from an offset to the record's end. */
export function callArguments(view: DataView, from: number): CallArgument[] {
  const args: CallArgument[] = [];
  for (let at = from; at + ARGUMENT_BYTES <= view.byteLength; at += ARGUMENT_BYTES) {
    const tag = view.getFloat64(at, true);
    const value = view.getFloat64(at + 8, true);
    args.push(callArgument(tag % PORT_UNIT, Math.floor(tag / PORT_UNIT), value));
  }
  return args;
}
function callArgument(tag: number, port: number, value: number): CallArgument {
  switch (tag) {
    case ARGUMENT.number:
      return { kind: 'number', value };
    case ARGUMENT.bytes:
      return { kind: 'bytes', length: value };
    case ARGUMENT.address:
      return { kind: 'address', address: value, port };
    default:
      return { kind: 'other' };
  }
}
