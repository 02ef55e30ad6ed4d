// process.exit() in the middle: nothing after it runs.
import net from 'node:net';
process.on('exit', (code) => console.log('exit', code));
const server = net.createServer().listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1', () => {
    setTimeout(() => console.log('never'), 1);
    Promise.resolve().then(() => console.log('never either'));
    try {
      process.exit(3);
    } finally {
      console.log('not even this');
    }
  });
});
