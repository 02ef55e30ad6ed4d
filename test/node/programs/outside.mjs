// What would leave the machine unseen.
import { execSync, fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import net from 'node:net';
import { Worker } from 'node:worker_threads';

const ways = {
  spawn: () => spawn('ls'),
  getBuiltinModule: () => process.getBuiltinModule('child_process').spawn('ls'),
  execSync: () => execSync('ls'),
  fork: () => fork('nothing.js'),
  cluster: () => cluster.fork(),
  Worker: () => new Worker('nothing.js'),
};
for (const [name, way] of Object.entries(ways))
  try {
    way();
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
net
  .createServer()
  .on('error', ({ message }) => console.log(`listen: ${message}`))
  .listen('/tmp/nowhere.sock');
net.connect('/tmp/nowhere.sock').on('error', ({ message }) => console.log(`connect: ${message}`));
