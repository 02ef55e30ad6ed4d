/** The host's side of what leads out of a world: its clock, and the sockets behind external wires. */
import { UserError } from '../../language/userError.ts';
import { createSocket } from 'node:dgram';
// The global of this name becomes the machine's, and tells virtual time.
import { performance } from 'node:perf_hooks';
import type { UdpConfig, Cable, ExternalWire, World } from '../../stack/index.ts';

/** What waits while the machine stops, in bytes: the host grants as much of it as it allows. */
const RECEIVE_BUFFER = 4 << 20;

/** Errors of a datagram that mean that it got lost: nobody is there, or the host has no room for it. */
const LOST = ['ECONNREFUSED', 'ENOBUFS', 'EAGAIN', 'ENOMEM'];

/** Let a world reach the host: its time follows the host's clock, and its external wires are connected. */
export function openOutside({ outside }: World): void {
  outside.time.clock = () => performance.now() * 1e6;
  outside.connector = layCable;
}

/** Carry each frame as a datagram between two sockets on the loopback, as socat and QEMU's `-netdev dgram` do. */
async function layCable({ local, remote }: UdpConfig, wire: ExternalWire): Promise<Cable> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new UserError('{0}: no wire from {1}:{2}: {3}', wire.name, local.address, local.port, why(error)),
      ),
    );
    // Connected: the host lets in only what the other end sends.
    socket.bind(local.port, local.address, () => socket.connect(remote.port, remote.address, resolve));
  });
  socket.removeAllListeners('error');
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (!LOST.includes(error.code ?? '')) throw error;
  });
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  socket.on('message', ({ buffer, byteOffset, length }) =>
    wire.inject(new Uint8Array(buffer, byteOffset, length)),
  );
  // The world keeps the thread alive, not its wires.
  socket.unref();
  return { send: (bytes) => socket.send(bytes), close: () => socket.close() };
}

function why({ code, message }: NodeJS.ErrnoException): string {
  return code === 'EADDRINUSE'
    ? 'another program has this port, perhaps another session of this one'
    : message;
}
