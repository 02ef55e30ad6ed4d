/** Where application protocols' lines are not those of tshark. */

/** What is left out of lines, and why. */
const NOT_EQUAL: readonly (readonly [RegExp, string])[] = [
  // A body of chunks is put together: tshark gives the place at which the message begins.
  [/^( *http\.file_data )@\d+/, '$1'],
  // tshark gives a place behind the packet's end.
  [/^( *)@\d+\+\d+( .*Leading CRLF)/, '$1$2'],
  // The same of a payload that was unmasked.
  [/^( *websocket\.payload )@\d+/, '$1'],
  // tshark takes the next byte for the option's length.
  [/^( *ipv6\.opt @\d+)\+\d+( .*\| Pad1)$/, '$1$2'],
  // tshark gives a place that is none where the message began in another packet.
  [/^( *tcp\.pdu\.size )(@\d+\+\d+ )?/, '$1'],
  // tshark asks for help with it.
  [/Dissector for Websocket Opcode .*? supported/g, 'Unknown opcode'],
  [/( code not implemented), Contact Wireshark .*? supported/g, '$1'],
  // tshark counts places in decompressed headers from others in the packet.
  [/^( *http2\.(header\.(length|count)|headers\.weight_real|pad_length|data\.data) )(@\d+\+\d+ )?/, '$1'],
  [/^( *http2\.(header\.(?!repr|index)[\w.]+|headers\.\w+|body\.fragments) )(@\d+)?/, '$1'],
  [/^( *http2\.header )@(\d+)\+\d+ /, '$1@$2 '],
  // Certificates are shown as bytes.
  [/:(x509\w+|pkcs-1)\b/g, ''],
  [/^( *tls\.handshake\.certificate .*) \(.*\)$/, '$1'],
];

/** Lines of tshark's without a counterpart: what a certificate says. */
const ONLY_THERE = /^ *(x509\w*|pkcs1|ber)\./;

/** A line from this length on may be cut off. */
const LONG = 230;

/** A packet's lines without these. */
export function comparable(lines: readonly string[]): string {
  let layers = 0;
  return lines
    .filter((line) => !ONLY_THERE.test(line))
    .map((line) => {
      // Of the second message of a packet, tshark counts the length from the packet's first.
      if (line.startsWith('http @') && layers++ > 0) return line.replace(/\+\d+/, '');
      return cut(NOT_EQUAL.reduce((text, [pattern, kept]) => text.replace(pattern, kept), line));
    })
    .join('\n');
}

/** tshark cuts long lines off in several ways: their beginnings are compared. */
function cut(line: string): string {
  const at = line.indexOf(' | ');
  const label = line.slice(at + 3);
  if (at < 0 || label.length < LONG) return line;
  return line.slice(0, at + 3) + label.replace(/ ?\[truncated\]/, '').slice(0, LONG - 40);
}
