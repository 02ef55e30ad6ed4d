/** The host's clock in ms, saved before a program's clock takes its place. */
export const hostClock = performance.now.bind(performance);
