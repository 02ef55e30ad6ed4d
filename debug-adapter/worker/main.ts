/** Where the machine's thread begins: loads the code of the machine, then serves the adapter. */
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { SourceTools } from '../../stack/user/program.ts';
import type { ToWorker, WorkerData } from './channel.ts';
import { Creations } from './creations.ts';
import { Instrumentation } from './instrumentation.ts';
import { kernelModules, moduleUrl } from './kernelModules.ts';
import { ModuleGraph } from '../moduleGraph.ts';

// Handled even before the code is loaded; a program may replace process.exit().
const exit = process.exit.bind(process);
parentPort!.on('message', ({ type }: ToWorker) => {
  if (type === 'end') exit();
});

const { counted, isTraced } = workerData as WorkerData;
const creations = new Creations(counted);
creations.install();
const instrumentation = new Instrumentation(isTraced);
instrumentation.install();
const graph = new ModuleGraph((source, file) => {
  const url = moduleUrl(file);
  return instrumentation.instrument(url, source) + creations.sourceFor(url);
});
const loaded = await graph.load(fileURLToPath(new URL('machine.js', import.meta.url)));
/** Needed only once there is a scenario to load; until then it is fetched beside everything else. */
const tools = import('../sources.ts').then((module): SourceTools => module.sourceTools);
const { serve } = loaded as typeof import('./machine.ts');
serve(parentPort!, tools, kernelModules(graph.exports), creations, instrumentation);
