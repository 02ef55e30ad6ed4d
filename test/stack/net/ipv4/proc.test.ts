/** /proc/net as texts. */
import assert from 'node:assert/strict';
import { codeOf, connected, listener, story, type Sockscope } from '../../support/story.ts';

/** The lines of a table, each split at spaces; without the header. */
const table = (s: Sockscope, name: string) =>
  s
    .proc(name)
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
/** The values of a file of pairs of lines, by 'Prefix.Name'. */
function values(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  const lines = text.trimEnd().split('\n');
  for (let i = 0; i < lines.length; i += 2) {
    const names = lines[i]!.split(' ');
    const numbers = lines[i + 1]!.split(' ');
    assert.equal(names[0], numbers[0]);
    assert.equal(names.length, numbers.length);
    names
      .slice(1)
      .forEach((name, at) => (found[`${names[0]!.slice(0, -1)}.${name}`] = Number(numbers[at + 1])));
  }
  return found;
}

describe('/proc/net', () => {
  it('tcp: listener, request, connection and TIME_WAIT, with their states, queues and timers', () =>
    story({ nic: { latency: '10ms' } })
      .process('server', async (s) => {
        const fd = await listener(s);
        assert.equal(
          s.proc('tcp').split('\n')[0]!.trim(),
          'sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
        );
        assert.deepEqual(table(s, 'tcp')[0]!.slice(1, 5), [
          '7F000001:1F90',
          '00000000:0000',
          '0A',
          '00000000:00000000',
        ]);
        await s.sleep(15);
        const states = () =>
          table(s, 'tcp')
            .map((row) => row[3])
            .sort();
        // The client in SYN_SENT, the request shown as SYN_RECV, the listener.
        assert.deepEqual(states(), ['02', '03', '0A']);
        const request = table(s, 'tcp').find((row) => row[3] === '03')!;
        assert.match(request[5]!, /^01:0000006[0-9A-F]$/, 'its timer: on, about a second in 1/100 s');
        await s.sleep(20);
        assert.deepEqual(states(), ['01', '01', '0A']);
        assert.equal(
          table(s, 'tcp').find((row) => row[3] === '0A')![4],
          '00000000:00000001',
          'one in the accept queue',
        );
        const connection = await s.accept(fd);
        await s.sleep(20);
        const row = table(s, 'tcp').find((one) => one[1]!.endsWith(':1F90') && one[3] === '01')!;
        assert.equal(row[4], '00000000:00000005', '5 bytes to be read');
        assert.equal(row[9], String(s.file(connection).ino));
        await s.recv(connection);
        await s.close(connection);
        await s.close(fd);
        await s.sleep(100);
        assert.deepEqual(states(), ['06']);
        assert.match(table(s, 'tcp')[0]![5]!, /^03:00001[67][0-9A-F]{2}$/, 'TIME_WAIT: 60 s in 1/100 s');
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.send(fd, 'hello');
        await s.recv(fd);
        await s.close(fd);
      })
      .run());

  it('udp, raw, icmp: one line a socket', () =>
    story({ sysctl: { 'net.ipv4.ping_group_range': '0 0' } })
      .process('process', async (s) => {
        const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(udp, { address: '127.0.0.1', port: 53 });
        await s.sendto(udp, '12345', 0, { address: '127.0.0.1', port: 53 });
        await s.sleep(1);
        const [row] = table(s, 'udp');
        assert.deepEqual(row!.slice(1, 4), ['7F000001:0035', '00000000:0000', '07']);
        assert.match(row![4]!, /^00000000:0000[0-9A-F]{4}$/);
        assert.notEqual(row![4], '00000000:00000000', 'memory of what is to be read');
        await s.socket(s.AF_INET, s.SOCK_RAW, 253);
        assert.deepEqual(table(s, 'raw')[0]!.slice(0, 4), ['253:', '00000000:00FD', '00000000:0000', '07']);
        const ping = await s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_ICMP);
        assert.deepEqual(table(s, 'icmp'), []);
        await s.bind(ping, { address: '127.0.0.1', port: 77 });
        assert.equal(table(s, 'icmp')[0]![1], '7F000001:004D');
      })
      .run());

  it('snmp and netstat: the counters, names and values', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        const connection = await s.accept(fd);
        const snmp = values(s.proc('snmp'));
        assert.deepEqual(
          [
            'RtoAlgorithm',
            'RtoMin',
            'RtoMax',
            'MaxConn',
            'ActiveOpens',
            'PassiveOpens',
            'AttemptFails',
            'EstabResets',
            'CurrEstab',
          ].map((name) => snmp[`Tcp.${name}`]),
          [1, 200, 120000, -1, 1, 1, 0, 0, 2],
        );
        assert.equal(snmp['Ip.Forwarding'], 2);
        assert.equal(snmp['Ip.DefaultTTL'], 64);
        assert.equal(snmp['Ip.InReceives'], 3);
        assert.equal(snmp['Ip.InDelivers'], 3);
        assert.equal(snmp['Ip.OutRequests'], 3);
        assert.equal(snmp['Tcp.InSegs'], 3);
        assert.equal(snmp['Tcp.OutSegs'], 3);
        await s.recv(connection);
        await s.close(connection);
        await s.close(fd);
        await s.sleep(100);
        assert.equal(values(s.proc('snmp'))['Tcp.CurrEstab'], 0);
        assert.equal(await codeOf(connected(s)), 'ECONNREFUSED');
        const after = values(s.proc('snmp'));
        assert.equal(after['Tcp.AttemptFails'], 1);
        assert.equal(after['Tcp.OutRsts'], 1);
        const netstat = values(s.proc('netstat'));
        assert.equal(netstat['TcpExt.ListenOverflows'], 0);
        assert.ok(netstat['IpExt.InOctets']! > 300);
        assert.equal(netstat['IpExt.InOctets'], netstat['IpExt.OutOctets']);
        await s.sleep(70_000);
        assert.equal(values(s.proc('netstat'))['TcpExt.TW'], 1);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.sleep(1);
        await s.close(fd);
      })
      .run());

  it('snmp counts UDP and ICMP', () =>
    story()
      .process('process', async (s) => {
        const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(fd, { address: '127.0.0.1', port: 53 });
        await s.sendto(fd, 'x', 0, { address: '127.0.0.1', port: 53 });
        await s.sendto(fd, 'x', 0, { address: '127.0.0.1', port: 54 });
        await s.recv(fd);
        await s.sleep(1);
        const snmp = values(s.proc('snmp'));
        assert.deepEqual(
          ['InDatagrams', 'NoPorts', 'InErrors', 'OutDatagrams'].map((name) => snmp[`Udp.${name}`]),
          [1, 1, 0, 2],
        );
        assert.deepEqual(
          ['InMsgs', 'InDestUnreachs', 'OutMsgs', 'OutDestUnreachs'].map((name) => snmp[`Icmp.${name}`]),
          [1, 1, 1, 1],
        );
        assert.equal(snmp['IcmpMsg.InType3'], 1);
      })
      .run());

  it('sockstat: how many there are of each kind', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.socket(s.AF_INET, s.SOCK_STREAM);
        await s.socket(s.AF_INET, s.SOCK_DGRAM);
        const udp = await s.socket(s.AF_INET, s.SOCK_DGRAM);
        await s.bind(udp, { address: '127.0.0.1', port: 53 });
        await s.socket(s.AF_INET, s.SOCK_RAW, 253);
        const connection = await s.accept(fd);
        const lines = s.proc('sockstat').split('\n');
        // Used: the five above, the accepted one and the client's. In use: listener, both ends. An unbound one is only allocated.
        assert.equal(lines[0], 'sockets: used 7');
        assert.match(lines[1]!, /^TCP: inuse 3 orphan 0 tw 0 alloc 4 mem \d+$/);
        assert.match(lines[2]!, /^UDP: inuse 1 mem \d+$/);
        assert.equal(lines[4], 'RAW: inuse 1');
        await s.close(connection);
        await s.sleep(10);
        assert.match(s.proc('sockstat'), /TCP: inuse 1 orphan 0 tw 1 alloc 2/);
      })
      .process('client', async (s) => {
        const fd = await connected(s);
        await s.recv(fd);
        await s.close(fd);
      })
      .run());

  it('route, arp, dev: the tables of the loopback interface', () =>
    story()
      .process('process', async (s) => {
        assert.match(s.proc('dev'), /^\s*lo: /m);
        assert.equal(s.proc('arp').trimEnd().split('\n').length, 1);
        assert.ok(s.proc('route').startsWith('Iface\tDestination'));
        assert.throws(() => s.proc('nothing'), { code: 'ENOENT' });
      })
      .run());
});
