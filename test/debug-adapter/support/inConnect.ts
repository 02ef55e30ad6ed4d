/** Stops in the client's connect(), at its first line in TCP; nothing else stops the machine from there on. */
import type { Adapter } from './adapter.ts';
import { fixture } from './paths.ts';

export async function inConnect(adapter: Adapter): Promise<void> {
  await adapter.launch({ program: fixture('handshake') }, () =>
    adapter.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tcp_connect' }] }),
  );
  await adapter.stopped();
  await adapter.request('setFunctionBreakpoints', { breakpoints: [] });
  await adapter.request('setExceptionBreakpoints', { filters: [] });
}
