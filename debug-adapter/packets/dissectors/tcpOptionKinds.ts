/** The kinds of TCP options (RFC 9293 3.2): numbers, lengths, and their names, as IANA has registered them. */
import { field, type Field } from '../tree/field.ts';

export const END = 0;
export const NOP = 1;
export const MSS = 2;
export const WINDOW_SCALE = 3;
export const SACK_PERMITTED = 4;
export const SACK = 5;
export const TIMESTAMPS = 8;
export const MD5 = 19;
export const USER_TIMEOUT = 28;
export const FAST_OPEN = 34;
export const EXPERIMENT_1 = 253;
export const EXPERIMENT_2 = 254;
/** The experiment that became TCP Fast Open. */
export const FAST_OPEN_EXPERIMENT = 0xf989;

export const KINDS: Readonly<Record<number, string>> = {
  0: 'End of Option List',
  1: 'No-Operation',
  2: 'Maximum Segment Size',
  3: 'Window Scale',
  4: 'SACK Permitted',
  5: 'SACK',
  6: 'Echo',
  7: 'Echo Reply',
  8: 'Time Stamp Option',
  9: 'Partial Order Connection Permitted',
  10: 'Partial Order Service Profile',
  14: 'TCP Alternate Checksum Request',
  15: 'TCP Alternate Checksum Data',
  18: 'Trailer Checksum Option',
  19: 'MD5 Signature Option',
  27: 'Quick-Start Response',
  28: 'User Timeout Option',
  29: 'The TCP Authentication Option',
  30: 'Multipath TCP',
  34: 'TCP Fast Open Cookie',
  172: 'Accurate ECN Order 0',
  174: 'Accurate ECN Order 1',
  253: 'RFC3692-style Experiment 1',
  254: 'RFC3692-style Experiment 2',
};

export const EXPERIMENTS: Readonly<Record<number, string>> = {
  0x0348: 'Host ID',
  0x454e: 'Encryption Negotiation',
  0xacce: 'Accurate ECN',
  0xe2d4: 'Shared Memory communications over RMDA protocol',
  0xf989: 'Fast Open',
};

export interface Kind {
  readonly name: string;
  readonly own: Field;
  /** Bytes, or null if they vary. */
  readonly fixed: number | null;
}
function kind(suffix: string, name: string, fixed: number | null): Kind {
  return { name, own: field(`tcp.options.${suffix}`, `TCP Option - ${name}`, 'bytes'), fixed };
}
const KNOWN: Readonly<Record<number, Kind>> = {
  [END]: kind('eol', 'End of Option List (EOL)', 1),
  [NOP]: kind('nop', 'No-Operation (NOP)', 1),
  [MSS]: kind('mss', 'Maximum segment size', 4),
  [WINDOW_SCALE]: kind('wscale', 'Window scale', 3),
  [SACK_PERMITTED]: kind('sack_perm', 'SACK permitted', 2),
  [SACK]: kind('sack', 'SACK', null),
  [TIMESTAMPS]: kind('timestamp', 'Timestamps', 10),
  [MD5]: kind('md5', 'TCP MD5 signature', 18),
  [USER_TIMEOUT]: kind('user_to', 'User Timeout', 4),
  [FAST_OPEN]: kind('tfo', 'TCP Fast Open', null),
  [EXPERIMENT_1]: kind('experimental', 'Experimental', null),
};
const EXPERIMENTAL = KNOWN[EXPERIMENT_1]!;
const UNKNOWN = kind('unknown', 'Unknown', null);

export const TCP_OPTION_KIND_FIELDS: readonly Field[] = [...Object.values(KNOWN), UNKNOWN].map(
  ({ own }) => own,
);

export function kindOf(number: number): Kind {
  return number === EXPERIMENT_2 ? EXPERIMENTAL : (KNOWN[number] ?? UNKNOWN);
}

/** As the list of options has it: `Timestamps`, `Unknown (0xc8)`. */
export function kindName(number: number): string {
  const { name } = kindOf(number);
  return kindOf(number) === UNKNOWN ? `${name} (0x${number.toString(16).padStart(2, '0')})` : name;
}
