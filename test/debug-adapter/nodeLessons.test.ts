/** The lessons of Node programs, as the comments of the samples tell them. */
import assert from 'node:assert/strict';
import { nodeSample } from '../support/samples.ts';
import { withAdapter, type Adapter } from './support/adapter.ts';
import { breakAt, breakInFunctions, callStack, opened, packets, shown, tick } from './support/lesson.ts';

const rowsOf = (lines: string[], process: string) => {
  const from = lines.findIndex((line) => line.startsWith(`${process}  pid`));
  const count = lines.slice(from + 1).findIndex((line) => !line.startsWith(' '));
  return lines.slice(from + 1, from + 1 + count);
};
/** The time of the packet sent last. */
const secondsOf = (packet: string) => Number(packet.split(' ')[0]);

describe('lessons of Node programs', function () {
  this.timeout(60_000);

  describe('keep-alive-reset', () => {
    const { client, configuration } = nodeSample('keep-alive-reset');

    it('the request and the FIN cross on the wire: the client has used a connection that was closed', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => breakAt(adapter, client, ['const kind =']));
        await adapter.stopped();
        assert.equal(await adapter.evaluate('error.code'), '"ECONNRESET"');
        assert.equal(await adapter.evaluate('error.message'), '"socket hang up"');
        assert.equal(await adapter.evaluate('request.reusedSocket'), 'true');
        const rows = rowsOf(await shown(adapter), 'client');
        assert.ok(
          rows.some((row) => /^ {2}fd 5 :PORT→:8080 {2}CLOSE_WAIT/.test(row)),
          rows.join('\n'),
        );
        const [fin, request] = (await packets(adapter)).slice(-2);
        assert.match(fin!, /^6\.120\d+ 8080 → PORT \[FIN, ACK\]/);
        assert.match(request!, /^6\.140\d+ GET \/second HTTP\/1\.1/);
      }));

    it('the server has closed it: nobody has used it for six seconds', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => tick(adapter, 'transition', 'ESTABLISHED -> FIN_WAIT1'));
        await adapter.stopped();
        const names = await callStack(adapter);
        assert.equal(names[0], 'tcp_close_state');
        assert.ok(names.includes('sys_close'), names.join(' < '));
        const threads = await adapter.threads();
        assert.equal(threads.find(({ id }) => id === adapter.thread)!.name, 'server [pid 100]');
        const rows = rowsOf(await shown(adapter), 'client');
        const socket = rows.findIndex((row) => /^ {2}fd 5 :PORT→:8080 {2}ESTABLISHED/.test(row));
        assert.ok(socket >= 0, rows.join('\n'));
        assert.match(rows[socket + 2]!, /queues {2}empty/);
      }));

    it('the request comes to a socket without a process, and is answered with a RST', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => tick(adapter, 'packetSent', 'rst'));
        await adapter.stopped();
        const names = await callStack(adapter);
        assert.equal(names[0], 'xmit_one');
        assert.ok(names.indexOf('tcp_v4_send_reset') < names.indexOf('tcp_v4_rcv'), names.join(' < '));
        const sockets = rowsOf(await shown(adapter), 'server').filter((row) => /^ {2}fd \d+ :/.test(row));
        assert.deepEqual(sockets, ['  fd 5 :8080  LISTEN'], 'only the listener is left');
        assert.deepEqual(
          adapter.output.filter(({ text }) => text.startsWith('server')).map(({ text }) => text),
          ['server: GET /first\n'],
        );
      }));
  });

  describe('slow-reader', () => {
    const { server, configuration } = nodeSample('slow-reader');

    it('the bytes wait in the client, in both kernels and in the server', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => breakAt(adapter, server, ['server: waits']));
        await adapter.stopped();
        for (let stop = 2; stop <= 4; stop++) await adapter.go('continue');
        assert.match((await packets(adapter)).at(-1)!, /\[TCP ZeroWindow\] PORT → 8080/);
        assert.ok(rowsOf(await shown(adapter), 'client').some((row) => /queues {2}receive 1/.test(row)));
        const sending = await opened(adapter, 'server', 'fd 6');
        assert.ok(
          sending.some((row) => /queues {2}write 4/.test(row)),
          sending.join('\n'),
        );
        assert.ok(
          sending.some((row) => /timers {2}window probe/.test(row)),
          sending.join('\n'),
        );
        assert.equal(await adapter.evaluate('socket.writableLength'), '16384');
        const sleeper = (await adapter.threads()).find(({ name }) => name.startsWith('client'))!;
        assert.match(sleeper.name, /sleeping in ep_poll/);
      }));

    it('the sender asks again and again whether the window is open', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => breakInFunctions(adapter, 'tcp_send_probe0'));
        const times: number[] = [];
        await adapter.stopped();
        for (let probe = 1; probe <= 3; probe++) {
          await adapter.go('continue');
          const last = (await packets(adapter))
            .filter((packet) => packet.includes('[TCP Keep-Alive]'))
            .at(-1)!;
          times.push(secondsOf(last));
        }
        assert.deepEqual(times, [0.264, 0.688, 1.568]);
      }));

    it('each read opens the window, and the server goes on', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => breakInFunctions(adapter, 'tcp_send_probe0'));
        await adapter.stopped();
        await breakInFunctions(adapter);
        await breakAt(adapter, server, ['server: goes on']);
        await adapter.go('continue');
        const sent = await packets(adapter);
        const update = sent.find((packet) => packet.includes('[TCP Window Update]'));
        assert.match(update!, /^3\.00/);
        assert.match(sent[sent.indexOf(update!) + 1]!, /8080 → PORT/);
      }));

    it('a slow save() makes everything slow, and nothing is lost', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration);
        assert.equal(await adapter.stopped(), 'terminated');
        const text = adapter.output.map((output) => output.text).join('');
        const saved = [...text.matchAll(/saves (\d+) bytes/g)].map(([, bytes]) => Number(bytes));
        assert.equal(
          saved.reduce((sum, bytes) => sum + bytes, 0),
          16 * 16384,
        );
        assert.equal(saved.length, 7, 'of 3 s each');
        assert.match(text, /client: has everything/);
      }));
  });

  describe('websocket-echo', () => {
    const { server, configuration } = nodeSample('websocket-echo');
    const atPayload = (adapter: Adapter) => breakAt(adapter, server, ['socket.write(payload)']);

    it('the head is sent, the payload is not', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => atPayload(adapter));
        await adapter.stopped();
        const before = await packets(adapter);
        assert.match(before.at(-1)!, /8080 → PORT \[PSH, ACK\].* Len=2$/);
        await adapter.go('next');
        assert.deepEqual(await packets(adapter), before);
        const sending = await opened(adapter, 'server', 'fd 6');
        assert.ok(
          sending.some((row) => /queues {2}write 1 · rtx 1/.test(row)),
          sending.join('\n'),
        );
      }));

    it("Nagle's algorithm waits for an ACK that the client delays", () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration, () => atPayload(adapter));
        await adapter.stopped();
        await adapter.go('stepIn');
        assert.equal((await callStack(adapter))[0], '__sys_sendto');
        await breakInFunctions(adapter, 'tcp_nagle_test');
        await adapter.go('continue');
        assert.equal((await callStack(adapter))[0], 'tcp_nagle_test');
        assert.equal(await adapter.evaluate('skb.len'), '3 bytes');
        assert.equal(await adapter.evaluate('tp.packets_out'), '1 segments');

        await breakInFunctions(adapter, 'tcp_nagle_test', 'tcp_delack_timer');
        for (const owner of [/:8080 → /, / → 127\.0\.0\.1:8080/]) {
          await adapter.go('continue');
          assert.equal((await callStack(adapter))[0], 'tcp_delack_timer');
          assert.match(await adapter.evaluate('sk'), owner);
        }
        await adapter.go('continue');
        const names = await callStack(adapter);
        assert.equal(names[0], 'tcp_nagle_test');
        assert.ok(names.includes('tcp_rcv_established'), names.join(' < '));
        const [ack] = (await packets(adapter)).slice(-1);
        assert.match(ack!, /^0\.041\d+ PORT → 8080 \[ACK\]/);
      }));

    it('every answer takes 41 ms', () =>
      withAdapter(async (adapter) => {
        await adapter.launch(configuration);
        assert.equal(await adapter.stopped(), 'terminated');
        assert.equal(
          adapter.output.map(({ text }) => text).join(''),
          ['one', 'two', 'three'].map((word) => `client: ${word} came back after 41 ms\n`).join(''),
        );
      }));
  });
});
