// Says what is being done and for how long: a line that counts seconds on a terminal, plain lines elsewhere.

/** Runs `work`, showing `what` while it runs. */
export async function step(what, work) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const terminal = process.stderr.isTTY;
  if (!terminal) process.stderr.write(`${what} …\n`);
  const draw = () => process.stderr.write(`\r\x1b[K${what} … ${seconds()}`);
  const timer = setInterval(
    () => (terminal ? draw() : process.stderr.write(`${what} … ${seconds()}\n`)),
    terminal ? 1000 : 15_000,
  );
  if (terminal) draw();
  try {
    const result = await work();
    if (terminal) process.stderr.write(`\r\x1b[K${what}: done in ${seconds()}\n`);
    return result;
  } catch (error) {
    if (terminal) process.stderr.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
