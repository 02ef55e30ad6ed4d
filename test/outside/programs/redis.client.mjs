// ioredis against a real redis-server, whose address and port are the arguments. The server ends first.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { words } from './words.mjs';

const [, , host, port] = process.argv;
const options = { host, port: Number(port), retryStrategy: null };
const redis = new Redis(options);
console.log(await redis.ping(), await redis.set('name', 'value'), await redis.get('name'));
console.log(await redis.pipeline().incr('count').incr('count').lpush('list', 'a', 'b').exec());

const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');
const large = words(1_250_000);
await redis.set('large', large);
console.log(sum(await redis.getBuffer('large')) === sum(large));

const subscriber = new Redis(options);
await subscriber.subscribe('news');
const message = once(subscriber, 'message');
console.log('published to', await redis.publish('news', 'good news'), await message);
subscriber.disconnect();

const ended = once(redis, 'end');
redis.on('error', () => {});
await redis.shutdown('NOSAVE').catch(() => {});
await ended;
console.log('the server has ended');
