/** The samples, by their names. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { configurationNaming, type WrittenConfiguration } from '../../extension/scenario/launchFile.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../samples');

/** The scenarios: `echo.ts`, … Their first lines say in which order they are read. */
export function sampleFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** The folders of Node programs: `keep-alive-reset`, … */
export function nodeSampleFolders(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => existsSync(path.join(FOLDER, name, 'client.mjs')))
    .sort();
}

/** A sample of Node programs; its client's comment is the lesson. */
export interface NodeSample {
  server: string;
  client: string;
  /** What F5 starts: that of the launch.json beside them. */
  configuration: WrittenConfiguration;
}
export function nodeSample(name: string): NodeSample {
  const [server, client] = ['server.mjs', 'client.mjs'].map((file) => path.join(FOLDER, name, file));
  const configuration = configurationNaming(client!, 'sockscope');
  if (configuration === undefined) throw new Error(`no launch.json names ${client}`);
  return { server: server!, client: client!, configuration };
}

/** The path of a scenario: `samplePath('first-handshake')`. */
export function samplePath(name: string): string {
  return path.join(FOLDER, `${name}.ts`);
}

/** Every sample that sends something, and the programs that the command line runs for it. */
export function sendingSamples(): Map<string, readonly string[]> {
  const scenarios = sampleFiles()
    .map((file) => path.basename(file, '.ts'))
    .filter((name) => name !== 'socket-errors');
  return new Map<string, readonly string[]>([
    ...scenarios.map((name) => [name, [samplePath(name)]] as const),
    ...nodeSampleFolders().map((name) => {
      const { server, client } = nodeSample(name);
      return [name, [server, client]] as const;
    }),
  ]);
}
