/** What a row's colour says, as display filters. The first one that fits counts. */
import type { RowColour } from '../data.ts';
import { compileFilter, parseFilter } from '../filter/filter.ts';
import type { Packet } from '../tree/packet.ts';

const RULES: readonly (readonly [RowColour, string])[] = [
  ['lost', 'frame.fate == "lost"'],
  ['dropped', 'frame.fate == "dropped"'],
  [
    'malformed',
    '_ws.malformed or ip.bogus_header_length or tcp.bogus_header_length or udp.length.bad or ipv6.bogus_ipv6_version',
  ],
  // It quotes a packet whose flags do not count.
  ['unreachable', 'icmp.type in {3, 4, 5, 11, 12} or icmpv6.type in {1, 2, 3, 4, 137}'],
  ['reset', 'tcp.flags.reset == 1'],
  [
    'retransmission',
    'tcp.analysis.retransmission or tcp.analysis.fast_retransmission or tcp.analysis.spurious_retransmission',
  ],
  [
    'note',
    'tcp.analysis.flags and not (tcp.analysis.window_update or tcp.analysis.keep_alive or tcp.analysis.keep_alive_ack or tcp.analysis.reused_ports)',
  ],
  ['syn', 'tcp.flags.syn == 1'],
  ['fin', 'tcp.flags.fin == 1'],
];

const COMPILED = RULES.map(([colour, filter]) => ({ colour, ...compileFilter(parseFilter(filter)) }));

export function colourOf(packet: Packet): RowColour | undefined {
  return COMPILED.find(({ matches }) => matches(packet))?.colour;
}
