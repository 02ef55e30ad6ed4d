/** A process's sockets, settings and /proc/net are those of the network namespace that its nsproxy leads to. */
import assert from 'node:assert/strict';
import { nsproxy } from '../../../stack/include/linux/nsproxy.ts';
import { inet_hashinfo } from '../../../stack/include/net/inet_hashtables.ts';
import { net } from '../../../stack/include/net/net_namespace.ts';
import { sock_net } from '../../../stack/include/net/sock.ts';
import { sysctl_core_net_init } from '../../../stack/net/core/sysctl_net_core.ts';
import { codeOf, type Sockscope, story } from '../support/story.ts';

/** A further namespace, with tables and settings and without devices. */
function second_namespace({ machine }: Sockscope): net {
  const added = new net(machine, new inet_hashinfo(16, 16, 16));
  sysctl_core_net_init(added);
  return added;
}

describe('network namespaces', () => {
  it('a process makes its sockets in its own: the same port is free in each', () =>
    story()
      .process('process', async (s) => {
        const { machine } = s;
        const first = await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.bind(first, { address: '0.0.0.0', port: 8080 });
        assert.equal(sock_net(s.sock(first)), machine.init_net);
        const used = await s.socket(s.AF_INET, s.SOCK_STREAM);
        assert.equal(await codeOf(s.bind(used, { address: '0.0.0.0', port: 8080 })), 'EADDRINUSE');

        const added = second_namespace(s);
        let ended = false;
        s.spawn('elsewhere', async () => {
          machine.current.nsproxy = new nsproxy(added);
          const second = await s.socket(s.AF_INET, s.SOCK_STREAM);
          assert.equal(sock_net(s.sock(second)), added);
          await s.bind(second, { address: '0.0.0.0', port: 8080 });
          assert.equal(added.sockets_in_use, 1);

          s.sysctl('net.core.somaxconn', 3);
          await s.listen(second, 100);
          assert.equal(s.sock(second).sk_max_ack_backlog, 3);
          // What it starts lives where it does.
          let seen_by_child = '';
          s.spawn('child', async () => {
            seen_by_child = s.sysctl('net.core.somaxconn');
          });
          await s.sleep(1);
          assert.equal(seen_by_child, '3');
          await s.close(second);
          assert.equal(added.sockets_in_use, 0);
          ended = true;
        });
        await s.sleep(10);
        assert.ok(ended);

        assert.equal(s.sysctl('net.core.somaxconn'), '4096');
        await s.listen(first, 100);
        assert.equal(s.sock(first).sk_max_ack_backlog, 100);
        await s.close(used);
        await s.close(first);
      })
      .run());
});
