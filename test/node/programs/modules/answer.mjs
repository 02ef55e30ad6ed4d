// An ES module that waits for something before it is there.
const answer = await Promise.resolve(42);
export default answer;
