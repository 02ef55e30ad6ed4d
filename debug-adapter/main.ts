/**
 * The debug adapter: speaks the Debug Adapter Protocol over stdin and stdout, or with `--port N` over TCP on
 * the loopback interface, for any number of clients. Each session runs in its own process, so that a crash
 * affects no other session.
 */
import { createServer } from 'node:net';
import { SupervisedSession } from './supervisor.ts';

function overStdio(): void {
  const session = new SupervisedSession({
    stdio: ['inherit', 'inherit'],
    streams: () => [process.stdin, process.stdout],
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => session.end());
  void session.over.then((exitCode) => process.exit(exitCode));
}

function overPort(port: number): void {
  const sessions = new Set<SupervisedSession>();
  // Paused: the session's process reads from the socket, not this one.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    const session = new SupervisedSession({ stdio: [socket, socket], streams: () => [socket, socket] });
    sessions.add(session);
    socket.on('error', () => {});
    void session.over.then(() => {
      sessions.delete(session);
      socket.destroy();
    });
  });
  server.on('error', (error) => {
    console.error(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exit(1);
  });
  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    console.error(
      `listening on 127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    );
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {
      server.close();
      for (const session of sessions) session.end();
      void Promise.all([...sessions].map(({ over }) => over)).then(() => process.exit());
    });
}

const at = process.argv.findIndex((argument) => argument === '--port' || argument.startsWith('--port='));
if (at < 0) overStdio();
else {
  const argument = process.argv[at]!;
  const text = argument.includes('=') ? argument.slice('--port='.length) : (process.argv[at + 1] ?? '');
  if (!/^\d+$/.test(text) || Number(text) > 65535) {
    console.error(`--port takes a port number from 0 to 65535 (0: any free one), got "${text}"`);
    process.exit(2);
  }
  overPort(Number(text));
}
