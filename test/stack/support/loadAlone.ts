/**
 * Loads each file of the stack as the first one, in a module graph of its own, and prints those that fail as JSON. A
 * process of its own, since it needs --experimental-vm-modules:
 *
 *   node --experimental-vm-modules loadAlone.js FOLDER
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const folder = process.argv[2]!;
const files = (readdirSync(folder, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.js'))
  .map((name) => path.join(folder, name));

/** Its types lack this. */
type CacheableModule = vm.SourceTextModule & { createCachedData(): Buffer };

/** What all graphs share: text and V8's code, but nothing that was run. */
const compiled = new Map<string, { source: string; cachedData: Buffer | undefined }>();
const builtins = new Map<string, Promise<vm.Module>>();

async function builtin(name: string): Promise<vm.Module> {
  const exports = (await import(name)) as Record<string, unknown>;
  return new vm.SyntheticModule(Object.keys(exports), function () {
    for (const [key, value] of Object.entries(exports)) this.setExport(key, value);
  });
}

function compile(file: string): vm.SourceTextModule {
  const known = compiled.get(file);
  const source = known?.source ?? readFileSync(file, 'utf8');
  const module = new vm.SourceTextModule(source, {
    identifier: file,
    cachedData: known?.cachedData,
  }) as CacheableModule;
  if (known === undefined) compiled.set(file, { source, cachedData: module.createCachedData() });
  return module;
}

async function loadAlone(first: string): Promise<void> {
  const graph = new Map<string, vm.Module>();
  const load = (file: string): vm.Module => {
    let module = graph.get(file);
    if (module === undefined) graph.set(file, (module = compile(file)));
    return module;
  };
  const module = load(first);
  await module.link((specifier, { identifier }) => {
    if (specifier.startsWith('.')) return load(path.resolve(path.dirname(identifier), specifier));
    let shared = builtins.get(specifier);
    if (shared === undefined) builtins.set(specifier, (shared = builtin(specifier)));
    return shared;
  });
  await module.evaluate();
}

const failed: Record<string, string> = {};
for (const file of files) {
  try {
    await loadAlone(file);
  } catch (error) {
    failed[path.relative(folder, file)] = (error as Error).stack?.split('\n').slice(0, 3).join('\n') ?? '';
  }
}
console.log(JSON.stringify({ files: files.length, failed }));
