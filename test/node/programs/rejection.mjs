// So does a rejection.
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => console.log('never'), 100);
setTimeout(() => Promise.reject(new RangeError('too much')), 1);
