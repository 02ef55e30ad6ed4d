/** A web server of a few lines, for a real curl: see docs/real-kernel.md. */
import { accept, AF_INET, bind, close, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const BODY = 'You have come through a TCP that stands still when you do.\n';

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM);
  await bind(listener, { address: '0.0.0.0', port: 80 });
  await listen(listener);
  for (;;) {
    const fd = await accept(listener);
    const request = new TextDecoder().decode(await recv(fd));
    console.log(request.split('\r\n')[0]);
    await send(fd, `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`);
    await close(fd);
  }
}
