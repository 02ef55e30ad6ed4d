// node:dns: names that are known without a resolver.
import dns from 'node:dns';
import { lookup, lookupService, resolve4 } from 'node:dns/promises';
import net from 'node:net';

console.log(await lookup('localhost', { family: 4 }));
console.log(await lookup('localhost', { family: 4, all: true }));
console.log(await lookup('127.0.0.1'));
await lookup('no-such-host.invalid').catch((error) => console.log(error.code, error.syscall, error.hostname));
dns.lookup('127.0.0.2', (error, address, family) => console.log(error, address, family));
console.log((await lookupService('127.0.0.1', 22)).hostname);
const socket = net.connect({ host: 'no-such-host.invalid', port: 1 });
socket.on('lookup', (error, address) => console.log('lookup', error.code, address));
socket.on('error', (error) => console.log(error.code, error.syscall));
void resolve4;
