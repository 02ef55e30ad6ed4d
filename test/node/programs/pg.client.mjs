// pg against postgres.server.mjs: queries, a pool, an abort, and a server that closes first.
import pg from 'pg';
import { host, port, serverIsUp } from './common.mjs';

const options = { host, port, user: 'me', database: 'mine', ssl: false };
await serverIsUp();
const client = new pg.Client(options);
await client.connect();
const people = await client.query('SELECT name, age FROM people');
console.log(people.rowCount, people.rows);
console.log((await client.query('SELECT $1 AS word', ['prepared'])).rows);
await client.query('NONSENSE').catch((error) => console.log(error.code, error.message));
const many = await client.query('SELECT generate_series(1, 20000) AS number');
console.log(many.rows.length, many.rows.at(-1));
await client.end();

const pool = new pg.Pool({ ...options, max: 1, idleTimeoutMillis: 1000 });
for (const word of ['one', 'connection'])
  console.log((await pool.query('SELECT $1 AS word', [word])).rows[0]);
await pool.end();

const impatient = new pg.Client({ ...options, query_timeout: 50 });
impatient.on('error', (error) => console.log('error:', error.message));
await impatient.connect();
await impatient.query('HANG').catch((error) => console.log(error.message));
const closed = new Promise((resolve) => impatient.on('end', resolve));
impatient.connection.stream.destroy();
await closed;
console.log('aborted');

const crashing = new pg.Client(options);
crashing.on('error', () => {});
await crashing.connect();
await crashing.query('CRASH').catch((error) => console.log(error.message));

const last = new pg.Client(options);
last.on('error', (error) => console.log('error:', error.message));
await last.connect();
const ended = new Promise((resolve) => last.on('end', resolve));
await last.query('SHUTDOWN').catch((error) => console.log(error.code, error.message));
await ended;
await new pg.Client(options).connect().catch((error) => console.log(error.code));
