// `process`: its arguments, and how it ends.
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import process_ from 'node:process';

console.log(process === process_ || process.pid === process_.pid);
console.log(process.argv.length, path.basename(process.argv[1]), path.basename(process.argv0));
console.log(process.version === process.versions.node.replace(/^/, 'v'), process.platform, process.arch);
console.log(typeof process.pid, process.exitCode, process.execArgv, typeof process.env.PATH);
console.log(process.memoryUsage().rss > 0, process.uptime() >= 0, process.hrtime().length);
console.log(typeof process.hrtime.bigint(), process.cwd() === path.resolve('.'));
console.log(process.stdout.isTTY ?? false);
const { getBuiltinModule } = process;
console.log(getBuiltinModule('fs') === fs, getBuiltinModule('node:path') === path, getBuiltinModule('none'));
try {
  getBuiltinModule(1);
} catch ({ name, code }) {
  console.log(name, code);
}

process.on('warning', (warning) => console.log('warning:', warning.name, warning.message, warning.code));
process.emitWarning('careful', 'MyWarning', 'W1');
await new Promise((resolve) => setImmediate(resolve));

process.on('unhandledRejection', (reason, promise) => {
  console.log('unhandledRejection:', reason.message, promise instanceof Promise);
});
Promise.reject(new Error('nobody catches me'));
await new Promise((resolve) => setTimeout(resolve, 5));

process.on('uncaughtException', (error, origin) => console.log('uncaughtException:', error.message, origin));
setTimeout(() => {
  throw new Error('from a timer');
}, 5);
setImmediate(() => {
  throw new Error('from an immediate');
});
process.nextTick(() => {
  throw new Error('from a tick');
});
await new Promise((resolve) => setTimeout(resolve, 10));

const signalled = once(process, 'SIGUSR2');
process.kill(process.pid, 'SIGUSR2');
const awake = setInterval(() => {}, 1000);
console.log('signal', (await signalled)[0]);
clearInterval(awake);

let rounds = 0;
process.on('beforeExit', (code) => {
  console.log('beforeExit', code);
  if (rounds++ === 0) setTimeout(() => console.log('more to do'), 1);
  else process.exitCode = 7;
});
process.on('exit', (code) => {
  console.log('exit', code, process.exitCode);
  setTimeout(() => console.log('never'), 1);
  process.exitCode = 9;
});
