/**
 * The debug adapter: speaks the Debug Adapter Protocol over stdin and stdout, or with `--port N` over TCP on the
 * loopback interface, there for as many clients as come.
 */
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SockscopeSession } from './session/session.ts';

/** The folder above `dist/`: sources are named by their place below it. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function overStdio(): void {
  const session = new SockscopeSession(ROOT, () => process.exit());
  // A fault of the adapter must not leave a machine behind that stands in the debugger: such a process does not end.
  process.on('uncaughtException', (error) => {
    console.error(error);
    process.exitCode = 1;
    session.shutdown();
  });
  process.on('SIGTERM', () => session.shutdown());
  session.start(process.stdin, process.stdout);
}

function overPort(port: number): void {
  const server = createServer((socket) => {
    const session = new SockscopeSession(ROOT, () => socket.destroy());
    session.setRunAsServer(true);
    socket.on('error', () => session.shutdown());
    session.start(socket, socket);
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
