/** Names of the values in an IPv4 header, as IANA has registered them and Wireshark writes them. */

/** RFC 2474 and its successors: short, as the header's line has them. */
export const CODEPOINTS: Readonly<Record<number, string>> = {
  0: 'CS0',
  1: 'LE',
  8: 'CS1',
  10: 'AF11',
  12: 'AF12',
  14: 'AF13',
  16: 'CS2',
  18: 'AF21',
  20: 'AF22',
  22: 'AF23',
  24: 'CS3',
  26: 'AF31',
  28: 'AF32',
  30: 'AF33',
  32: 'CS4',
  34: 'AF41',
  36: 'AF42',
  38: 'AF43',
  40: 'CS5',
  44: 'VOICE-ADMIT',
  46: 'EF PHB',
  48: 'CS6',
  56: 'CS7',
};

/** The same in full. */
export function codepointName(value: number): string | undefined {
  const short = CODEPOINTS[value];
  if (short === undefined) return undefined;
  const [, family, number] = /^([A-Z]+)(\d*)/.exec(short)!;
  switch (family) {
    case 'CS':
      return value === 0 ? 'Default' : `Class Selector ${number}`;
    case 'AF':
      return `Assured Forwarding ${number}`;
    case 'EF':
      return 'Expedited Forwarding';
    case 'LE':
      return 'Lower Effort';
    default:
      return 'Voice Admit';
  }
}

/** RFC 3168: short. */
export const CONGESTION = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'] as const;
export const CONGESTION_NAMES: Readonly<Record<number, string>> = {
  0: 'Not ECN-Capable Transport',
  1: "ECN-Capable Transport codepoint '01'",
  2: "ECN-Capable Transport codepoint '10'",
  3: 'Congestion Experienced',
};
