/**
 * 8. Ping: an ICMP echo request over a raw socket, and its reply from the kernel (icmp_echo).
 *
 * What to look at
 *   - Put the first breakpoint on `await sendto(…)`, step in: raw_sendmsg; then a function
 *     breakpoint on icmp_echo: the kernel answers in softirq context, with no process involved.
 *   - The raw socket gets a copy of every ICMP packet: of the request too (raw_local_deliver).
 */
import { AF_INET, clock_gettime, close, IPPROTO_ICMP, recvfrom, sendto, SOCK_RAW, socket } from 'sockscope';

const TYPE_ECHO = 8;
const TYPE_ECHOREPLY = 0;

/** The Internet checksum. @see RFC 1071 */
function checksum(bytes: Uint8Array) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function echoRequest(id: number, sequence: number) {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes[0] = TYPE_ECHO;
  view.setUint16(4, id);
  view.setUint16(6, sequence);
  for (let i = 8; i < bytes.length; i++) bytes[i] = i;
  view.setUint16(2, checksum(bytes));
  return bytes;
}

export async function ping() {
  const fd = await socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  for (let sequence = 1; sequence <= 3; sequence++) {
    const sent = clock_gettime();
    const request = echoRequest(4711, sequence);
    await sendto(fd, request, 0, { address: '127.0.0.1', port: 0 });
    for (;;) {
      const { data, address } = await recvfrom(fd);
      const headerLength = (data[0]! & 0xf) * 4;
      if (data[headerLength] !== TYPE_ECHOREPLY) continue;
      const ms = (clock_gettime() - sent) / 1e6;
      console.log(
        `${data.length - headerLength} bytes from ${address!.address}: icmp_seq=${sequence} time=${ms.toFixed(3)} ms`,
      );
      break;
    }
  }
  await close(fd);
}
