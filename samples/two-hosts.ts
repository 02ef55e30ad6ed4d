/**
 * 10. Two hosts: a client and a server on machines of their own, with an Ethernet wire between
 * them.
 *
 * In the other samples both programs share one machine, and packets go out and come back on its
 * loopback. Here each has a kernel, an interface (eth0), an address and tables of its own, as
 * computers on a network have.
 *
 * 1. Put a breakpoint on `await connect(…)` in client(), and press F5. In the Sockets and
 *    Network Interfaces views each host has a node of its own, and CALL STACK says on which
 *    host each process runs.
 * 2. Tick "Packet received" in the Breakpoints view, and press F5. It stops on the server, in
 *    its softirq, where every packet comes in (__netif_receive_skb_core). Before the client can
 *    send a SYN it must know the Ethernet address that belongs to 10.0.0.1, so it asks
 *    everybody: "Who has 10.0.0.1?" Step over to see the packet handed to arp_rcv.
 * 3. Press F5: now on the client, with the answer. A few steps on, its neighbour table (Kernel
 *    view) knows the server.
 * 4. Press F5: the server again. This is the SYN that the client's connect() has sent, on its
 *    way to tcp_v4_rcv. In the call stack are the interrupt of the server's NIC (raise_irq) and
 *    the wire below it; the client's process sleeps on the other host, in
 *    inet_wait_for_connect.
 * 5. The Packets panel lists what passed the wire: ARP, the handshake, "hello" and the end.
 *    Distances take their time: each way is 2 ms.
 */
import {
  accept,
  AF_INET,
  bind,
  close,
  connect,
  listen,
  type Network,
  recv,
  send,
  SOCK_STREAM,
  socket,
} from 'sockscope';

export const network: Network = {
  hosts: {
    server: { address: '10.0.0.1/24' },
    client: { address: '10.0.0.2/24' },
  },
  wire: { latency: '2ms' },
};

const SERVER = { address: '10.0.0.1', port: 8000 };

export async function server() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await bind(fd, SERVER);
  await listen(fd);
  const peer: { address?: string } = {};
  const connection = await accept(fd, peer);
  const request = await recv(connection);
  console.log(`server: ${peer.address} says ${new TextDecoder().decode(request)}`);
  await close(connection);
  await close(fd);
}

export async function client() {
  const fd = await socket(AF_INET, SOCK_STREAM);
  await connect(fd, SERVER);
  await send(fd, 'hello');
  await close(fd);
}
