/** Names of TCP options and of the experiments that share two of them, as IANA has registered them. */

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
