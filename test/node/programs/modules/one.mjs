// Two ES modules that import each other.
import { two } from './two.mjs';
export function one() {
  return 'one';
}
export const both = () => `${one()} ${two()}`;
