/** Tracepoints: each says what it is to say, and no listener changes what happens. */
import assert from 'node:assert/strict';
import { boot, boot_machine, parseConfig, TRACEPOINT_NAMES, type TracepointName } from '../../stack/index.ts';
import { trace } from '../../stack/trace/events.ts';
import { formatHit } from '../../stack/trace/format.ts';
import { TRACEPOINTS } from '../../stack/trace/table.ts';
import { tcpStateName } from '../../stack/trace/text.ts';
import { block, codeOf, connected, listener, receive, story } from './support/story.ts';

/** A story in which all kinds of things happen. */
const eventful = () => {
  const tale = story({
    nic: { mtu: 1500, loss: 0.1, corrupt: 0.05, latency: '1ms' },
    sysctl: { 'net.ipv4.tcp_syn_retries': 2, 'net.core.rmem_default': 4608 },
  });
  return tale
    .process('server', async (s) => {
      const fd = await listener(s, 0);
      const connection = await s.accept(fd);
      await receive(s, connection);
      await s.close(connection);
      await s.sleep(3000);
    })
    .process('client', async (s) => {
      const fd = await connected(s);
      await s.send(fd, block(50_000));
      await s.close(fd);
      for (let i = 0; i < 4; i++) {
        const more = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
        await codeOf(s.connect(more, { address: '127.0.0.1', port: 8080 }));
      }
      assert.notEqual(await codeOf(connected(s, { address: '127.0.0.1', port: 81 })), null);
      const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
      await s.bind(udp, { address: '127.0.0.1', port: 53 });
      for (let i = 0; i < 20; i++) await s.sendto(udp, block(1000), 0, { address: '127.0.0.1', port: 53 });
      await s.sendto(udp, block(4000), 0, { address: '127.0.0.1', port: 54 });
      await s.recv(udp);
      await codeOf(s.socket(s.AF_INET6, s.SOCK_STREAM));
      await s.sleep(5000);
    });
};

describe('tracepoints', () => {
  it('tell of values of the program’s own without running its code', async () => {
    const lines: string[] = [];
    const told = story();
    told.machine.tracer.onHit(['syscalls:sys_enter', 'syscalls:sys_exit'], (hit) => {
      lines.push(formatHit(hit).replace(/^.*sys_(?:enter|exit): /, ''));
    });
    await told
      .process('process', async (s) => {
        const circle: Record<string, unknown> = { big: 10n, toJSON: () => assert.fail('it ran') };
        circle['self'] = circle;
        const epfd = await s.epoll_create1();
        const fd = await s.eventfd(1);
        await s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN, data: circle });
        assert.deepEqual(await s.epoll_wait(epfd, 1), [{ events: s.EPOLLIN, data: circle }]);
        await s.close(fd);
        await s.close(epfd);
      })
      .run();
    assert.ok(
      lines.some((line) => /epoll_ctl\(\d+, 1, \d+, epoll_event \{ events: 1, data: <ref/.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /epoll_wait -> \[ \{ events: 1, data: \[Object\] \} \]/.test(line)),
      lines.join('\n'),
    );
  });

  it('each can be told in a line', async () => {
    const tale = eventful();
    const seen = new Map<TracepointName, string>();
    tale.machine.tracer.onHit(TRACEPOINT_NAMES, (hit) => {
      const line = formatHit(hit);
      assert.match(line, /^ *\S+ \[000\] \d+\.\d{9}: \w+:( .+)?$/);
      assert.doesNotMatch(line, /undefined|NaN|\[object/, line);
      seen.set(hit.name, line);
    });
    await tale.run();
    const unseen = TRACEPOINT_NAMES.filter((name) => !seen.has(name));
    // What has no occasion here: urgent things, limits, and what loopback has no need of.
    for (const name of [
      'sched:sched_switch',
      'tcp:tcp_retransmit_skb',
      'sock:inet_sock_set_state',
      'skb:kfree_skb',
      'tcp:tcp_send_reset',
      'module:module_request',
      'udp:udp_fail_queue_rcv_skb',
      'tcp:tcp_cong_state_set',
      'sock:inet_sk_error_report',
      'tcp:tcp_destroy_sock',
    ] as const) {
      assert.ok(!unseen.includes(name), `${name} was never passed`);
    }
  });
  it('whether somebody listens or not, the same happens', async () => {
    const [quiet, loud] = [eventful(), eventful()];
    for (const name of TRACEPOINT_NAMES) loud.machine.tracer.on(name, () => {});
    await Promise.all([quiet.run(), loud.run()]);
    assert.deepEqual(loud.packetLines, quiet.packetLines);
    assert.equal(loud.machine.tracer.event, quiet.machine.tracer.event);
    assert.equal(loud.machine.now_ns, quiet.machine.now_ns);
  });
  it('tell listeners the arguments that kernel code passed, and where and when', async () => {
    const tale = story();
    const changes: string[] = [];
    tale.machine.tracer.on('sock:inet_sock_set_state', (sk, oldstate, newstate) => {
      // The socket still has its old state.
      assert.equal(sk.skc_state, oldstate);
      changes.push(`${tcpStateName(oldstate)} -> ${tcpStateName(newstate)}`);
    });
    const calls: string[] = [];
    tale.machine.tracer.onHit(['syscalls:sys_enter', 'syscalls:sys_exit'], (hit) => {
      assert.equal(hit.machine, tale.machine);
      assert.equal(hit.event, tale.machine.tracer.event);
      const [task, name] = hit.args;
      const what = hit.name === 'syscalls:sys_enter' ? `(${hit.args[2].join()})` : `= ${String(hit.args[2])}`;
      calls.push(`${(hit.time_ns / 1e6).toFixed(0)} ms ${task.comm}: ${name}${what}`);
    });
    tale.process('process', async (s) => {
      const fd = await listener(s);
      await s.sleep(5);
      await s.shutdown(fd, s.SHUT_RD);
    });
    await tale.run();
    assert.deepEqual(changes, ['TCP_CLOSE -> TCP_LISTEN', 'TCP_LISTEN -> TCP_CLOSE']);
    assert.deepEqual(calls.slice(0, 2), ['0 ms process: socket(2,1,0)', '0 ms process: socket= 3']);
    assert.deepEqual(calls.slice(-2), ['5 ms process: shutdown(3,0)', '5 ms process: shutdown= 0']);
  });
  it('of machines that run together count in one sequence', () => {
    const left = boot(parseConfig({}));
    const { world } = left;
    const right = boot_machine(world, parseConfig({}));
    const seen: string[] = [];
    const before = world.event;
    world.tracer.onHit(['module:module_request'], (hit) => {
      seen.push(`${hit.machine === left ? 'left' : 'right'} ${hit.event - before}: ${hit.args[0]}`);
    });
    trace.module_request(left, 'a');
    trace.module_request(right, 'b');
    trace.softirq_raise(right, 0);
    trace.module_request(left, 'c');
    assert.deepEqual(seen, ['left 1: a', 'right 2: b', 'left 4: c']);
  });
  it('each have a function, and no more arguments than that passes on', () => {
    assert.deepEqual(Object.keys(trace), Object.keys(TRACEPOINTS));
    for (const { name, machine, print } of Object.values(TRACEPOINTS)) {
      assert.ok(print.length <= (machine === null ? 3 : 4), name);
    }
  });
  it('a listener that has gone is not called', async () => {
    const tale = story();
    let count = 0;
    const end = tale.machine.tracer.on('syscalls:sys_enter', () => count++);
    tale.process('process', async (s) => {
      s.getpid();
      await s.sleep(1);
      end();
      end();
      await s.sleep(1);
    });
    await tale.run();
    assert.equal(count, 1);
    assert.ok(
      tale.machine.tracer.armed.every(
        (armed, i) =>
          armed === 0 ||
          TRACEPOINT_NAMES[i] === 'sock:inet_sock_set_state' ||
          TRACEPOINT_NAMES[i] === 'syscalls:sys_exit',
      ),
    );
  });
});
