// An ES module that require() can load.
export const word = 'required';
export default function greet() {
  return `hello from ${import.meta.url.split('/').at(-1)}`;
}
