// An error that nobody catches ends the program.
process.on('exit', (code) => console.log('exit', code));
setTimeout(() => console.log('never'), 100);
setTimeout(() => {
  throw new RangeError('too much');
}, 1);
