/**
 * 7. UDP echo: datagrams, and what happens when there is no receiver.
 *
 * What to look at
 *   - Put the first breakpoint on `await sendto(…)` in client(): udp_sendmsg, ip_make_skb,
 *     udp_send_skb, and the datagram is gone.
 *   - The server sleeps in udp_recvmsg (skb_recv_datagram); udp_rcv finds its socket and wakes
 *     it.
 *   - The last send goes to a port without a socket: an ICMP "port unreachable" comes back
 *     (icmp_send, udp_err), and the connected socket's next recv() throws ECONNREFUSED.
 */
import { AF_INET, bind, close, connect, recv, recvfrom, send, sendto, SOCK_DGRAM, socket } from 'sockscope';

const ADDRESS = { address: '127.0.0.1', port: 7 };

export async function server() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  await bind(fd, ADDRESS);
  for (let i = 0; i < 2; i++) {
    const { data, address } = await recvfrom(fd);
    console.log(`server: "${new TextDecoder().decode(data)}" from ${address!.address}`);
    await sendto(fd, data, 0, address!);
  }
  await close(fd);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_DGRAM);
  for (const text of ['knock', 'knock']) {
    await sendto(fd, text, 0, ADDRESS);
    const { data } = await recvfrom(fd);
    console.log(`client: echo of "${new TextDecoder().decode(data)}"`);
  }
  await close(fd);

  const nobody = await socket(AF_INET, SOCK_DGRAM);
  await connect(nobody, { address: '127.0.0.1', port: 9 });
  await send(nobody, 'is anybody there?');
  try {
    await recv(nobody);
  } catch (error) {
    console.log(`client: ${(error as { code: string }).code}`);
  }
  await close(nobody);
}
