// An 'error' event without a listener.
import { EventEmitter } from 'node:events';
process.on('uncaughtExceptionMonitor', (error, origin) => console.log('monitor', error.message, origin));
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => new EventEmitter().emit('error', new Error('unheard')), 1);
