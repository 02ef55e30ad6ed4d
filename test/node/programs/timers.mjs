// The order of timers, immediates, ticks and promises.
import { setImmediate as immediate, setTimeout as sleep, setInterval as every } from 'node:timers/promises';
import { promisify } from 'node:util';

const order = [];
const note = (text) => order.push(text);
const told = () => console.log(order.splice(0).join(' '));

await new Promise((resolve) => {
  setTimeout(() => note('timeout 1'), 1);
  setTimeout(() => note('timeout 0'), 0);
  setImmediate(() => {
    process.nextTick(() => note('tick in immediate'));
    Promise.resolve().then(() => note('promise in immediate'));
    note('immediate');
    setImmediate(() => note('immediate in immediate'));
    setTimeout(() => (note('last'), resolve()), 100);
  });
  process.nextTick(() => {
    note('tick');
    process.nextTick(() => note('tick in tick'));
    queueMicrotask(() => note('microtask in tick'));
  });
  Promise.resolve().then(() => {
    note('promise');
    process.nextTick(() => note('tick in promise'));
  });
  note('now');
});
// Which of a timeout of 1 ms and an immediate is first is open in plain Node.
console.log(order.filter((text) => !/^(timeout|immediate)/.test(text)).join(', '));
order.length = 0;

await new Promise((resolve) => {
  for (const ms of [30, 10, 20, 10]) setTimeout(() => note(ms), ms);
  setTimeout(resolve, 40);
});
told();

// Ticks and promises run between two timers that are due together.
await new Promise((resolve) => {
  for (const name of ['a', 'b'])
    setTimeout(() => {
      note(name);
      process.nextTick(() => note(`tick ${name}`));
      Promise.resolve().then(() => note(`promise ${name}`));
    }, 5);
  setTimeout(resolve, 10);
});
told();

// Cleared, refreshed, repeated, unreferenced.
await new Promise((resolve) => {
  const cleared = setTimeout(() => note('never'), 5);
  clearTimeout(cleared);
  clearTimeout(+setTimeout(() => note('never by number'), 5));
  // Those that begin anew are 25 ms from all others: a busy host calls them late, and puts off what follows.
  const refreshed = setTimeout(() => note('refreshed'), 80);
  setTimeout(() => (note('before'), refreshed.refresh()), 60);
  setTimeout(() => note('between'), 110);
  let count = 0;
  const interval = setInterval(() => {
    note(`interval ${++count}`);
    if (count === 3) clearInterval(interval);
  }, 85);
  clearImmediate(setImmediate(() => note('never at once')));
  setTimeout(resolve, 300);
});
told();
const unreferenced = setTimeout(() => console.log('never'), 10_000).unref();
console.log(unreferenced.hasRef(), unreferenced.ref().hasRef(), unreferenced.unref().hasRef());

// Arguments, promises, an abort.
setTimeout((...args) => console.log('arguments', ...args), 1, 'a', 2);
console.log(await sleep(5, 'slept'), await immediate('at once'), await promisify(setTimeout)(1, 'promised'));
let rounds = 0;
for await (const value of every(2, 'round')) if (value === 'round' && ++rounds === 3) break;
console.log('rounds', rounds);
const controller = new AbortController();
setTimeout(() => controller.abort(), 5);
await sleep(10_000, null, { signal: controller.signal }).catch((error) =>
  console.log(error.name, error.code),
);
await sleep(1, null, { signal: AbortSignal.abort() }).catch((error) => console.log(error.name));
const signal = AbortSignal.timeout(5);
const awake = setInterval(() => {}, 1000);
await new Promise((resolve) => signal.addEventListener('abort', resolve));
clearInterval(awake);
console.log(signal.reason.name);

// Wrong arguments.
for (const wrong of [() => setTimeout('text'), () => setImmediate(), () => setInterval(null, 1)])
  try {
    wrong();
  } catch (error) {
    console.log(error.code);
  }
console.log(typeof unreferenced[Symbol.toPrimitive](), unreferenced.constructor.name);
