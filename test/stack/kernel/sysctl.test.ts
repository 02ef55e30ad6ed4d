/** Settings: Linux's names and defaults, what they take, and what follows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { boot, ConfigError, parseConfig } from '../../../stack/index.ts';
import {
  IN_DEV_ACCEPT_LOCAL,
  IN_DEV_BFORWARD,
  IN_DEV_RPFILTER,
} from '../../../stack/include/linux/inetdevice.ts';
import { sysctl_left_out } from '../../../stack/net/sysctl_left_out.ts';
import { ADDRESS, codeOf, connected, listener, story } from '../support/story.ts';

const DEFAULTS = new Map(
  readFileSync(new URL('../../../../test/stack/linux/sysctls.tsv', import.meta.url), 'utf8')
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const tab = line.indexOf('\t');
      return [line.slice(0, tab), line.slice(tab + 1)];
    }),
);
const settings = (sysctl: Record<string, string | number> = {}) =>
  boot(parseConfig({ sysctl })).init_net.sysctls;

/** docs/fidelity.md says why. */
const OTHERS: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_ehash_entries': '16384',
  'net.ipv4.tcp_mem': '190500\t254000\t381000',
  'net.ipv4.udp_mem': '381000\t508000\t762000',
};

describe('settings', () => {
  it('of Linux are there, or it is said why not', () => {
    const known = settings();
    for (const name of DEFAULTS.keys()) {
      const reason = sysctl_left_out(name);
      assert.equal(known.has(name), reason === null, `${name}: ${reason ?? 'no reason'}`);
    }
  });
  it('that are there are Linux’s', () => {
    for (const name of settings().keys()) assert.ok(DEFAULTS.has(name), name);
  });
  it('have the defaults of Linux 6.1', () => {
    for (const [name, setting] of settings()) {
      assert.equal(setting.get(), OTHERS[name] ?? DEFAULTS.get(name), name);
    }
  });
  it('take their own text again, unless they are only to be read', () => {
    const readOnly = ['net.ipv4.tcp_available_congestion_control', 'net.ipv4.tcp_ehash_entries'];
    for (const [name, setting] of settings()) {
      assert.equal(setting.set(setting.get()), readOnly.includes(name) ? -13 : 0, name);
    }
  });
  it('refuse what Linux refuses, and stay as they are', () => {
    const known = settings();
    const refused: [string, string][] = [
      ['net.ipv4.tcp_sack', '256'],
      ['net.ipv4.tcp_sack', '-1'],
      ['net.ipv4.tcp_sack', 'yes'],
      ['net.ipv4.tcp_sack', ''],
      ['net.ipv4.tcp_tw_reuse', '3'],
      ['net.ipv4.tcp_reordering', '301'],
      ['net.core.rmem_max', '2303'],
      ['net.core.wmem_max', '2147483648'],
      ['net.ipv4.tcp_rmem', '0 1 2'],
      ['net.ipv4.ip_local_port_range', '2000 1999'],
      ['net.ipv4.ip_local_port_range', '1023 2000'],
      ['net.ipv4.ip_unprivileged_port_start', '32769'],
      ['net.ipv4.ip_local_reserved_ports', '10-5'],
      ['net.ipv4.ip_local_reserved_ports', '1,65536'],
      ['net.ipv4.ip_local_reserved_ports', '1-2-3'],
      ['net.ipv4.tcp_congestion_control', 'bbr'],
    ];
    for (const [name, text] of refused) {
      const before = known.get(name)!.get();
      assert.ok(known.get(name)!.set(text) < 0, `${name} = ${text}`);
      assert.equal(known.get(name)!.get(), before, name);
    }
  });
  it('take what Linux takes', () => {
    const known = settings();
    const taken: [string, string, string?][] = [
      ['net.ipv4.tcp_syncookies', '255'],
      ['net.ipv4.ip_no_pmtu_disc', '7'],
      ['net.ipv4.tcp_limit_output_bytes', '-1'],
      ['net.ipv4.icmp_ratemask', '0xff', '255'],
      ['net.ipv4.tcp_rmem', '8192', '8192\t131072\t6291456'],
      ['net.ipv4.ping_group_range', '5 1', '1\t0'],
      ['net.ipv4.ip_local_reserved_ports', '9148,8080-8082,8083,1', '1,8080-8083,9148'],
      ['net.ipv4.ip_local_reserved_ports', '', ''],
    ];
    for (const [name, text, shown = text] of taken) {
      assert.equal(known.get(name)!.set(text), 0, name);
      assert.equal(known.get(name)!.get(), shown, name);
    }
  });
  it('that are left out or unknown are refused at launch with the reason', () => {
    const refusal = (name: string) => {
      try {
        settings({ [name]: 1 });
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return error.message;
      }
      return '';
    };
    assert.match(refusal('net.ipv6.conf.all.forwarding'), /is not there: IPv6 is left out/);
    assert.match(refusal('net.ipv4.conf.lo.mc_forwarding'), /is not there: multicast groups are left out/);
    assert.match(refusal('net.ipv4.conf.lo.forwading'), /did you mean net\.ipv4\.conf\.lo\.forwarding/);
    assert.match(refusal('net.ipv4.conf.eth7.forwarding'), /is not known/);
  });
  it('that are given a value which they refuse: with what they take', () => {
    const refusal = (name: string, value: string) => {
      try {
        settings({ [name]: value });
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return error.message;
      }
      return '';
    };
    assert.equal(
      refusal('net.ipv4.tcp_syncookies', '256'),
      'sysctl["net.ipv4.tcp_syncookies"] does not take "256": it takes a whole number from 0 to 255',
    );
    assert.match(refusal('net.ipv4.tcp_rmem', '1 2 3 4'), /it takes up to 3 numbers with spaces between/);
    assert.match(
      refusal('net.ipv4.ip_local_port_range', '9 8'),
      /it takes the lowest and the highest port, from 1024 to 65535/,
    );
  });
  it('by their path, too; a scenario is told why one is not there', () =>
    story()
      .process('process', async (s) => {
        assert.equal(s.sysctl('net/ipv4/conf/lo/rp_filter'), '0');
        assert.throws(() => s.sysctl('net.unix.max_dgram_qlen'), /Unix sockets are left out.*ENOENT/);
        await s.sleep(0);
      })
      .run());
});

describe('net.ipv4.conf', () => {
  it('all counts together with the interface: both, one of them, or the larger, by setting', () => {
    const on = (all: number, lo: number) => {
      const names = ['rp_filter', 'bc_forwarding', 'accept_local'];
      const both = names.flatMap((name) => [
        [`net.ipv4.conf.all.${name}`, all],
        [`net.ipv4.conf.lo.${name}`, lo],
      ]);
      const machine = boot(parseConfig({ sysctl: Object.fromEntries(both) as Record<string, number> }));
      const in_dev = machine.init_net.loopback_dev!.ip_ptr!;
      return [IN_DEV_RPFILTER(in_dev), IN_DEV_BFORWARD(in_dev), IN_DEV_ACCEPT_LOCAL(in_dev)];
    };
    assert.deepEqual(on(0, 0), [0, false, false]);
    assert.deepEqual(on(1, 0), [1, false, true]);
    assert.deepEqual(on(0, 2), [2, false, true]);
    assert.deepEqual(on(1, 2), [2, true, true]);
  });
  it('ip_forward is all.forwarding: it sets every interface, and a router does not believe redirects', () => {
    const known = settings({ 'net.ipv4.ip_forward': 1 });
    const shown = (name: string) => known.get(`net.ipv4.conf.${name}`)!.get();
    assert.deepEqual(
      [
        'all.forwarding',
        'default.forwarding',
        'lo.forwarding',
        'all.accept_redirects',
        'lo.accept_redirects',
      ].map(shown),
      ['1', '1', '1', '0', '1'],
    );
    known.get('net.ipv4.conf.lo.forwarding')!.set('0');
    assert.equal(known.get('net.ipv4.ip_forward')!.get(), '1');
    known.get('net.ipv4.ip_forward')!.set('0');
    assert.equal(shown('all.accept_redirects'), '1');
  });
  it('default is for interfaces that come later: lo, which has an address, keeps its own', () => {
    const known = settings({ 'net.ipv4.conf.default.rp_filter': 2 });
    assert.equal(known.get('net.ipv4.conf.lo.rp_filter')!.get(), '0');
  });
});

describe('settings at work', () => {
  it('ip_local_reserved_ports: ports that are reserved are not given out', async () => {
    const sysctl = {
      'net.ipv4.ip_local_port_range': '40000 40005',
      'net.ipv4.ip_local_reserved_ports': '40000-40002,40005',
    };
    await story({ sysctl })
      .process('server', async (s) => {
        const fd = await listener(s);
        for (let i = 0; i < 2; i++) await s.close(await s.accept(fd));
      })
      .process('client', async (s) => {
        const fds = [await connected(s), await connected(s)];
        const ports = await Promise.all(fds.map(async (fd) => (await s.getsockname(fd)).port));
        assert.deepEqual(ports.sort(), [40003, 40004]);
        const third = await s.socket(s.AF_INET, s.SOCK_STREAM);
        assert.equal(await codeOf(s.connect(third, ADDRESS)), 'EADDRNOTAVAIL');
        // Who names one gets it.
        await s.bind(third, { address: '127.0.0.1', port: 40001 });
        for (const fd of fds) await s.recv(fd);
      })
      .run();
  });
  for (const migrate of [0, 1]) {
    it(`tcp_migrate_req ${migrate}: connections of a listener that closes ${migrate ? 'go over to the other of its port' : 'are reset'}`, async () => {
      const accepted: number[] = [];
      const results: (string | null)[] = [];
      await story({ sysctl: { 'net.ipv4.tcp_migrate_req': migrate } })
        .process('server', async (s) => {
          const open = async () => {
            const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
            await s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEPORT, 1);
            await s.bind(fd, ADDRESS);
            await s.listen(fd, 16);
            return fd;
          };
          const [closing, staying] = [await open(), await open()];
          await s.sleep(10);
          await s.close(closing);
          await s.fcntl(staying, s.F_SETFL, s.O_NONBLOCK);
          for (;;) {
            const fd = await s.accept(staying).catch(() => -1);
            if (fd < 0) break;
            accepted.push(fd);
          }
          for (const fd of accepted) await s.close(fd);
        })
        .process('client', async (s) => {
          const fds = [];
          for (let i = 0; i < 12; i++) fds.push(await connected(s));
          await s.sleep(20);
          for (const fd of fds) results.push(await codeOf(s.recv(fd)));
        })
        .run();
      const resets = results.filter((code) => code === 'ECONNRESET').length;
      assert.equal(accepted.length + resets, 12);
      assert.equal(resets > 0, migrate === 0);
    });
  }
  it('rmem_max and wmem_max cut what SO_RCVBUF and SO_SNDBUF ask for', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
        for (const option of [s.SO_RCVBUF, s.SO_SNDBUF]) {
          await s.setsockopt(fd, s.SOL_SOCKET, option, 1_000_000);
          assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, option), 2 * 212_992);
        }
      })
      .run());
  it('the window scale follows tcp_rmem: 6 for a maximum of 3,732,736 bytes', () =>
    story({ sysctl: { 'net.ipv4.tcp_rmem': '4096 131072 3732736' } })
      .process('server', async (s) => {
        await s.close(await s.accept(await listener(s)));
      })
      .process('client', async (s) => {
        await s.recv(await connected(s));
      })
      .expectPackets(
        `
        0.000  C > S  [S] seq 0 wscale 6
        0.000  S > C  [S.] seq 0 ack 1 wscale 6
        …`,
      )
      .run());
});
