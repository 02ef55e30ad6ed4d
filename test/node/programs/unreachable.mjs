// A connection over a wire that loses everything.
import net from 'node:net';
import { host, port } from './common.mjs';

const start = performance.now();
net.connect(port, host).on('error', ({ code, syscall, address }) => {
  console.log(code, syscall, address, 'after', Math.round((performance.now() - start) / 1000), 's');
});
