// ioredis against resp.server.mjs: commands, a pipeline, messages, an abort, and a server that closes first.
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { host, port, serverIsUp } from './common.mjs';

const options = {
  host,
  port,
  retryStrategy: (times) => (times > 3 ? null : 20),
  autoResendUnfulfilledCommands: false,
};
await serverIsUp();
const redis = new Redis(options);
console.log(await redis.ping());
console.log(await redis.set('name', 'value'), await redis.get('name'), await redis.get('no such name'));
console.log(await redis.pipeline().incr('count').incr('count').incr('count').exec());

const subscriber = new Redis(options);
await subscriber.subscribe('news');
const message = once(subscriber, 'message');
console.log('published to', await redis.publish('news', 'good news'));
console.log(await message);
subscriber.disconnect();
await once(subscriber, 'end');

const impatient = new Redis({ ...options, retryStrategy: null });
const waiting = impatient.blpop('list', 0);
setTimeout(() => impatient.disconnect(), 50);
console.log(await waiting.catch((error) => error.message));

await redis.call('nonsense').catch((error) => console.log(error.message));
const reconnecting = once(redis, 'reconnecting');
redis.call('drop').catch((error) => console.log('dropped:', error.message));
await reconnecting;
console.log('reconnecting');
console.log(await redis.get('count'));

redis.on('error', (error) => console.log(error.code));
const ended = new Promise((resolve) => redis.on('end', resolve));
redis.call('shutdown').catch((error) => console.log('shut down:', error.message));
await ended;
console.log('ended');
