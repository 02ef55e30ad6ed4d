/**
 * 11. A keep-alive connection that is reset: two requests over one connection, and the second one
 * fails with the ECONNRESET that everybody knows. Who closed the connection, and why just then?
 *
 * This is a Node program. F5 in it starts it together with server.mjs on one machine, over a wire
 * of 40 ms: .vscode/launch.json beside it says so.
 *
 * What to look at
 *   1. Put a breakpoint on the first line of failed(), and press F5. It stops at 6.160 s (the
 *      status bar says so). error.message is "socket hang up", request.reusedSocket is true. The
 *      Sockets view shows the client in CLOSE_WAIT: the server has closed its end.
 *      The last two packets crossed on the wire: the server's FIN left at 6.120 s, and at 6.140 s,
 *      20 ms before it arrived, the client sent its second request.
 *   2. Why did the server close? Remove the breakpoint, tick "TCP state transition" with the
 *      condition  ESTABLISHED -> FIN_WAIT1  in the Breakpoints view, and restart. It stops in
 *      tcp_close_state, called from sys_close: the server's timer for idle connections has run
 *      out, 6 s after the answer (keepAliveTimeout, and Node's extra second). The client is still
 *      ESTABLISHED, with "queues empty": for it, nothing has happened.
 *   3. What became of the request? Choose "Packet sent" with the condition  rst  in
 *      "Sockscope: Break On…", and press F5 until it stops in xmit_one. The call stack leads from
 *      tcp_v4_rcv to tcp_v4_send_reset: the request has come to a socket that no process has any
 *      more. No handler of the server ever saw it.
 *
 * So it happens when a client is idle for as long as the server allows, give or take the time on
 * the wire: rarely, and never on a developer's loopback. Cures: a client that gives up first
 * (`timeout: 4000` for the agent), a server that waits longer than any client or proxy before it,
 * and a second try where `request.reusedSocket` is true and the request may be made twice.
 */
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

// One connection for all requests. The kernel's own probes of idle connections begin after 30 s.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, keepAliveMsecs: 30_000 });

function get(path) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port: 8080, path, agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', (error) => {
      failed(request, error);
      resolve();
    });
  });
}

function failed(request, error) {
  const kind = request.reusedSocket ? 'used' : 'new';
  console.log(`client: ${request.path} failed with ${error.code}, on a ${kind} connection`);
}

await get('/first');
await pause(5980);
await get('/second');
agent.destroy();
