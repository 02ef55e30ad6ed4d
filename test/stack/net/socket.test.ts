/** socket(), from __sys_socket to __sock_create: one test for each way through. What the family does then: af_inet.test.ts. */
import assert from 'node:assert/strict';
import { module, MODULE_STATE_GOING } from '../../../stack/include/linux/module.ts';
import type { proto_ops, socket } from '../../../stack/include/linux/net.ts';
import { EACCES, EPERM } from '../../../stack/include/uapi/asm-generic/errno.ts';
import { ADDRESS_FAMILIES } from '../../../stack/include/uapi/linux/socket.ts';
import { sock_register } from '../../../stack/net/socket/create.ts';
import { sock_from_file } from '../../../stack/net/socket/file.ts';
import { codeOf, connected, listener, type Sockscope, story } from '../support/story.ts';

/** What an attempt must not change when it fails. */
function accounts({ machine, modules }: Sockscope) {
  return {
    moduleReferences: modules.refcount(),
    sockets: machine.sockets.size,
    socketsByProtocol: [...machine.socks]
      .filter(([, count]) => count !== 0)
      .map(([{ name }, count]) => `${name} ${count}`),
    bsdSockets: machine.nr_sockets,
    files: machine.files.nr_files,
    descriptors: machine.current.files.open_fds.size,
  };
}
/** socket() fails with `code`, and leaves nothing behind. */
async function refused(
  s: Sockscope,
  code: string,
  family: number,
  type: number,
  protocol = 0,
): Promise<void> {
  const before = accounts(s);
  assert.equal(await codeOf(s.socket(family, type, protocol)), code);
  assert.deepEqual(accounts(s), before, 'something is left behind');
}
const asked = (s: Sockscope) => s.modules.requests().map(({ name }) => name);

/** A story of one process. */
const alone = (main: (s: Sockscope) => Promise<void>) => story().process('process', main).run();

describe('socket(): __sys_socket', () => {
  it('gives the lowest free descriptor, for reading and writing, blocking, kept over exec', () =>
    alone(async (s) => {
      const first = await s.socket(s.AF_INET, s.SOCK_STREAM);
      const second = await s.socket(s.AF_INET, s.SOCK_STREAM);
      assert.deepEqual([first, second], [3, 4]);
      await s.close(first);
      assert.equal(await s.socket(s.AF_INET, s.SOCK_DGRAM), 3);
      assert.equal(await s.fcntl(3, s.F_GETFL), s.O_RDWR);
      assert.equal(await s.fcntl(3, s.F_GETFD), 0);
    }));

  it('SOCK_NONBLOCK makes the file O_NONBLOCK, and nothing else', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_DGRAM | s.SOCK_NONBLOCK);
      assert.equal(await s.fcntl(fd, s.F_GETFL), s.O_RDWR | s.O_NONBLOCK);
      assert.equal(await s.fcntl(fd, s.F_GETFD), 0);
      assert.equal(await codeOf(s.recv(fd)), 'EAGAIN');
    }));

  it("SOCK_CLOEXEC sets the descriptor's close-on-exec flag, and nothing else", () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
      assert.equal(await s.fcntl(fd, s.F_GETFD), s.FD_CLOEXEC);
      assert.equal(await s.fcntl(fd, s.F_GETFL), s.O_RDWR);
    }));

  it('takes both flags together, and the type without them', () =>
    alone(async (s) => {
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC | s.SOCK_NONBLOCK);
      assert.equal(await s.fcntl(fd, s.F_GETFD), s.FD_CLOEXEC);
      assert.equal(await s.fcntl(fd, s.F_GETFL), s.O_RDWR | s.O_NONBLOCK);
      assert.equal(await s.getsockopt(fd, s.SOL_SOCKET, s.SO_TYPE), s.SOCK_STREAM);
      assert.equal(sock_from_file(s.file(fd))!.type, s.SOCK_STREAM);
    }));

  for (const flag of [0x10, 0x100, 0x400, 0x1000, 0x100000, -0x80000000]) {
    it(`refuses the unknown flag 0x${(flag >>> 0).toString(16)}: EINVAL, before the family is looked at`, () =>
      alone(async (s) => {
        await refused(s, 'EINVAL', s.AF_INET, s.SOCK_STREAM | flag);
        await refused(s, 'EINVAL', 4711, s.SOCK_STREAM | flag);
      }));
  }
});

describe('socket(): sock_map_fd', () => {
  it('EMFILE: the process may have no more descriptors; the socket is released', () =>
    alone(async (s) => {
      s.setrlimit_nofile(4);
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await refused(s, 'EMFILE', s.AF_INET, s.SOCK_STREAM);
      await s.close(fd);
      assert.equal(await s.socket(s.AF_INET, s.SOCK_STREAM), fd);
    }));

  it('ENFILE: the machine may have no more files; the descriptor and the socket are given back', () =>
    alone(async (s) => {
      s.setFileMax(1);
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      s.setFileMax(2);
      assert.equal(await s.socket(s.AF_INET, s.SOCK_STREAM), fd + 1);
    }));

  it('EMFILE comes before ENFILE', () =>
    alone(async (s) => {
      s.setFileMax(0);
      s.setrlimit_nofile(3);
      await refused(s, 'EMFILE', s.AF_INET, s.SOCK_STREAM);
    }));
});

describe('socket(): __sock_create', () => {
  for (const family of [-1, 46, 47, 0x7fffffff]) {
    it(`family ${family} is out of range: EAFNOSUPPORT, and no module is asked for`, () =>
      alone(async (s) => {
        await refused(s, 'EAFNOSUPPORT', family, s.SOCK_STREAM);
        assert.deepEqual(asked(s), []);
      }));
  }
  for (const type of [11, 12, 15]) {
    it(`type ${type} is out of range: EINVAL`, () => alone((s) => refused(s, 'EINVAL', s.AF_INET, type)));
  }
  it('the family is checked before the type', () => alone((s) => refused(s, 'EAFNOSUPPORT', 46, 11)));

  it('(PF_INET, SOCK_PACKET) means PF_PACKET, and the kernel says once that this is obsolete', async () => {
    const complaints = (s: Sockscope) => s.kernelLog().filter((line) => line.includes('obsolete'));
    await story()
      .process('antique', async (s) => {
        await refused(s, 'EAFNOSUPPORT', s.PF_INET, s.SOCK_PACKET);
        assert.deepEqual(asked(s), ['net-pf-17']);
        assert.deepEqual(complaints(s), ['antique uses obsolete (PF_INET,SOCK_PACKET)']);
        await refused(s, 'EAFNOSUPPORT', s.PF_INET, s.SOCK_PACKET);
        assert.equal(complaints(s).length, 1);
      })
      .process('another', async (s) => {
        await refused(s, 'EAFNOSUPPORT', s.PF_INET, s.SOCK_PACKET);
        assert.equal(complaints(s).length, 1, 'once for all processes');
      })
      .run();
  });
  it('(PF_INET, SOCK_PACKET) reaches a PF_PACKET that is there, and the security hook sees PF_PACKET', () =>
    alone(async (s) => {
      const seen: number[] = [];
      s.security({ socket_create: (family) => (seen.push(family), 0) });
      const made = addFamily(s, s.PF_PACKET);
      await s.close(await s.socket(s.PF_INET, s.SOCK_PACKET, 3));
      assert.deepEqual(made, [{ type: s.SOCK_PACKET, protocol: 3, kern: false }]);
      assert.deepEqual(seen, [s.PF_PACKET]);
    }));
  it('SOCK_PACKET in another family is left as it is', () =>
    alone(async (s) => {
      await refused(s, 'EAFNOSUPPORT', s.AF_UNIX, s.SOCK_PACKET);
      assert.deepEqual(asked(s), ['net-pf-1']);
      assert.deepEqual(
        s.kernelLog().filter((line) => line.includes('obsolete')),
        [],
      );
    }));

  it('the security hook is asked before the socket is made', () =>
    alone(async (s) => {
      const seen: unknown[] = [];
      s.security({
        socket_create: (...args) => (seen.push([...args, s.machine.nr_sockets]), -EACCES),
      });
      await refused(s, 'EACCES', s.AF_INET, s.SOCK_STREAM, s.IPPROTO_TCP);
      assert.deepEqual(seen, [[s.AF_INET, s.SOCK_STREAM, s.IPPROTO_TCP, false, 0]]);
      s.security({});
      await s.close(await s.socket(s.AF_INET, s.SOCK_STREAM));
    }));
  it('the security hook is not asked about what is out of range', () =>
    alone(async (s) => {
      s.security({ socket_create: () => assert.fail('was asked') });
      await refused(s, 'EAFNOSUPPORT', 46, s.SOCK_STREAM);
      await refused(s, 'EINVAL', s.AF_INET, 11);
    }));
  it('the security hook after it sees the finished socket, and can still refuse', () =>
    alone(async (s) => {
      const seen: unknown[] = [];
      s.security({
        socket_post_create(sock, ...rest) {
          const { ops, sk } = sock as socket;
          seen.push([ops?.name, sk?.sk_protocol, ...rest]);
          return -EPERM;
        },
      });
      await refused(s, 'EPERM', s.AF_INET, s.SOCK_DGRAM);
      // The protocol is the one that was asked for, not the one that was found.
      assert.deepEqual(seen, [['inet_dgram_ops', s.IPPROTO_UDP, s.AF_INET, s.SOCK_DGRAM, 0, false]]);
    }));

  it('ENFILE at the limit of sockets, and a warning', () =>
    alone(async (s) => {
      s.setSocketMax(1);
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      assert.deepEqual(
        s.kernelLog().filter((line) => line.includes('no more sockets')),
        ['socket: no more sockets'],
      );
      await s.close(fd);
      await s.close(await s.socket(s.AF_INET, s.SOCK_STREAM));
    }));
  it('ENFILE where there is no memory for the socket', () =>
    alone(async (s) => {
      s.fault('sock_alloc', 2);
      await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      await s.close(await s.socket(s.AF_INET, s.SOCK_STREAM));
    }));
  it('the warning is not repeated more than ten times in five seconds', () =>
    alone(async (s) => {
      s.setSocketMax(0);
      for (let i = 0; i < 15; i++) await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      const warnings = () => s.kernelLog().filter((line) => line.includes('no more sockets')).length;
      assert.equal(warnings(), 10);
      await s.sleep(5001);
      await refused(s, 'ENFILE', s.AF_INET, s.SOCK_STREAM);
      assert.equal(warnings(), 11);
    }));

  const names = Object.entries(ADDRESS_FAMILIES as Record<string, number>);
  it('there are 46 families, each number with a name', () => {
    assert.deepEqual(
      [...new Set(names.map(([, number]) => number))].filter((number) => number < 46).sort((a, b) => a - b),
      [...Array(46).keys()],
    );
  });
  for (let family = 0; family < 46; family++) {
    const name = names.find(([, number]) => number === family)?.[0] ?? String(family);
    if (name === 'AF_INET') {
      it('AF_INET: is built in, no module is asked for', () =>
        alone(async (s) => {
          await s.close(await s.socket(family, s.SOCK_STREAM));
          assert.deepEqual(asked(s), []);
        }));
      continue;
    }
    it(`${name}: asks for the module net-pf-${family}, then EAFNOSUPPORT`, () =>
      alone(async (s) => {
        await refused(s, 'EAFNOSUPPORT', family, s.SOCK_STREAM);
        assert.deepEqual(s.modules.requests(), [{ name: `net-pf-${family}`, found: false }]);
      }));
  }

  it("a family's module is loaded when it is needed, and its sockets work", () =>
    alone(async (s) => {
      let made: unknown[] = [];
      s.modules.add('net-pf-10', () => (made = addFamily(s, s.AF_INET6)));
      const fd = await s.socket(s.AF_INET6, s.SOCK_SEQPACKET, 5);
      assert.deepEqual(made, [{ type: s.SOCK_SEQPACKET, protocol: 5, kern: false }]);
      assert.deepEqual(s.modules.requests(), [{ name: 'net-pf-10', found: true }]);
      await s.close(await s.socket(s.AF_INET6, s.SOCK_SEQPACKET, 5));
      assert.equal(s.modules.requests().length, 1, 'it is there now');
      assert.equal(await s.send(fd, 'hello'), 5);
      await s.close(fd);
    }));
  it('a module that loads and brings no family: EAFNOSUPPORT', () =>
    alone(async (s) => {
      s.modules.add('net-pf-10', () => {});
      await refused(s, 'EAFNOSUPPORT', s.AF_INET6, s.SOCK_STREAM);
      assert.deepEqual(s.modules.requests(), [{ name: 'net-pf-10', found: true }]);
    }));
  it("EAFNOSUPPORT while the family's module is being unloaded", () =>
    alone(async (s) => {
      const owner = new module('leaving');
      owner.state = MODULE_STATE_GOING;
      const made = addFamily(s, s.AF_INET6, { owner });
      await refused(s, 'EAFNOSUPPORT', s.AF_INET6, s.SOCK_STREAM);
      assert.deepEqual(made, []);
      assert.equal(owner.refcnt, 0);
    }));
  it("the family's module is held while its create() runs, that of the operations while the socket lives", () =>
    alone(async (s) => {
      const family = new module('family');
      const operations = new module('operations');
      let during = -1;
      addFamily(s, s.AF_INET6, {
        owner: family,
        opsOwner: operations,
        create: () => ((during = family.refcnt), 0),
      });
      const fd = await s.socket(s.AF_INET6, s.SOCK_STREAM);
      assert.equal(during, 1);
      assert.deepEqual([family.refcnt, operations.refcnt], [0, 1]);
      const copy = await s.fcntl(fd, s.F_DUPFD);
      await s.close(fd);
      assert.equal(operations.refcnt, 1, 'a further descriptor is there');
      await s.close(copy);
      assert.equal(operations.refcnt, 0);
    }));
  it('what create() refuses is handed on, and its module let go', () =>
    alone(async (s) => {
      const owner = new module('family');
      addFamily(s, s.AF_INET6, { owner, create: () => -EACCES });
      await refused(s, 'EACCES', s.AF_INET6, s.SOCK_STREAM);
      assert.equal(owner.refcnt, 0);
    }));
  it('EAFNOSUPPORT when the module of the operations is being unloaded', () =>
    alone(async (s) => {
      const family = new module('family');
      const operations = new module('operations');
      operations.state = MODULE_STATE_GOING;
      addFamily(s, s.AF_INET6, { owner: family, opsOwner: operations });
      await refused(s, 'EAFNOSUPPORT', s.AF_INET6, s.SOCK_STREAM);
      assert.deepEqual([family.refcnt, operations.refcnt], [0, 0]);
    }));
  it('a TCP socket holds on to the module of its operations as long as it is open', () =>
    alone(async (s) => {
      const before = s.modules.refcount();
      const fd = await s.socket(s.AF_INET, s.SOCK_STREAM);
      // One for the operations, one for the protocol (sk_alloc).
      assert.equal(s.modules.refcount(), before + 2);
      await s.close(fd);
      assert.equal(s.modules.refcount(), before);
    }));
});

describe('accept(): the socket for the new connection', () => {
  const overflow = (name: string, limit: (s: Sockscope) => void, code: string) =>
    it(`${code} ${name}; the connection stays in the queue`, () =>
      story()
        .process('server', async (s) => {
          const fd = await listener(s);
          await s.sleep(10);
          const before = accounts(s);
          limit(s);
          assert.equal(await codeOf(s.accept(fd)), code);
          assert.deepEqual(accounts(s), before);
          s.setrlimit_nofile(1024);
          s.setFileMax(1000);
          s.setSocketMax(1000);
          await s.close(await s.accept(fd));
          await s.close(fd);
        })
        .process('client', async (s) => {
          const fd = await connected(s);
          await s.recv(fd);
          await s.close(fd);
        })
        .run());
  overflow('when there is no descriptor', (s) => s.setrlimit_nofile(4), 'EMFILE');
  overflow('when there is no file', (s) => s.setFileMax(2), 'ENFILE');
  overflow('when there is no socket', (s) => s.setSocketMax(2), 'ENFILE');

  it('has the flags of accept4(), not those of the listener', () =>
    story()
      .process('server', async (s) => {
        const fd = await listener(s);
        await s.fcntl(fd, s.F_SETFL, s.O_NONBLOCK);
        await s.sleep(10);
        const plain = await s.accept(fd);
        const flagged = await s.accept4(fd, s.SOCK_NONBLOCK | s.SOCK_CLOEXEC);
        assert.deepEqual([await s.fcntl(plain, s.F_GETFL), await s.fcntl(plain, s.F_GETFD)], [s.O_RDWR, 0]);
        assert.deepEqual(
          [await s.fcntl(flagged, s.F_GETFL), await s.fcntl(flagged, s.F_GETFD)],
          [s.O_RDWR | s.O_NONBLOCK, s.FD_CLOEXEC],
        );
        assert.equal(await codeOf(s.accept4(fd, 0x100)), 'EINVAL');
        assert.equal(await codeOf(s.accept(fd)), 'EAGAIN');
      })
      .process('client', async (s) => {
        await connected(s);
        await connected(s);
        await s.sleep(20);
      })
      .run());
});

interface FamilyOptions {
  owner?: module;
  opsOwner?: module;
  create?: () => number;
}
/** Register a family that does nothing but write down what was asked for. */
function addFamily(
  s: Sockscope,
  family: number,
  { owner = new module('family'), opsOwner = owner, create = () => 0 }: FamilyOptions = {},
) {
  const made: { type: number; protocol: number; kern: boolean }[] = [];
  const ops = {
    family,
    owner: opsOwner,
    name: 'test_ops',
    *release() {
      return 0;
    },
    *sendmsg(_sock: socket, _msg: unknown, size: number) {
      return size;
    },
  } as unknown as proto_ops;
  const err = sock_register(s.machine, {
    family,
    owner,
    *create(_net, sock, protocol, kern) {
      made.push({ type: sock.type, protocol, kern });
      sock.ops = ops;
      return create();
    },
  });
  assert.equal(err, 0);
  return made;
}
