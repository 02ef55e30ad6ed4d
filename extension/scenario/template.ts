// The text of files that "New Scenario" writes.
import type { Translate } from '../../language/message.ts';

/** A server and a client that say hello: the smallest scenario with every step of a connection. */
export const scenarioTemplate = (
  t: Translate,
): string => `// ${t("Each exported async function is a process of the machine. Both run inside Sockscope's own network stack.")}
// ${t('Put a breakpoint on the line with connect(), press F5, and step into it. While it stands, tick in the Breakpoints view what')}
// ${t('else to stop on, and continue; "Sockscope: Break On…" offers more, before the first run, too.')}
import { accept, AF_INET, bind, close, connect, listen, recv, send, SOCK_STREAM, socket } from 'sockscope';

const ADDRESS = { family: 'IPv4', address: '127.0.0.1', port: 8000 };

export async function server() {
  const listener = await socket(AF_INET, SOCK_STREAM, 0);
  await bind(listener, ADDRESS);
  await listen(listener, 2);
  const connection = await accept(listener);
  console.log('server got:', new TextDecoder().decode(await recv(connection, 1024)));
  await close(connection);
  await close(listener);
}

export async function client() {
  const connection = await socket(AF_INET, SOCK_STREAM, 0);
  await connect(connection, ADDRESS);
  await send(connection, 'hello');
  await close(connection);
}
`;

/** For a folder that has no TypeScript project yet. */
export const tsconfigTemplate = (t: Translate): string => `{
  // ${t('So that the editor knows the module "sockscope" (sockscope.d.ts). The debugger does not need this file.')}
  "compilerOptions": {
    "target": "es2023",
    // ${t('"dom" for console, setTimeout and TextDecoder, which a scenario has too.')}
    "lib": ["es2023", "dom"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": [],
    "allowJs": true,
    "strict": true,
    "noEmit": true,
    "erasableSyntaxOnly": true
  },
  "include": ["**/*"]
}
`;
