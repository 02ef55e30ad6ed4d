/** Where the command line's thread begins: loads the code of its world, which runs it. */
import { fileURLToPath } from 'node:url';
import { ModuleGraph } from '../moduleGraph.ts';

await new ModuleGraph().load(fileURLToPath(new URL('runWorld.js', import.meta.url)));
