/**
 * 9. Errors of socket(): every branch that fails, one after the other.
 *
 * What to look at
 *   - Put the first breakpoint on the line `await socket(family, type, protocol)` in attempt(),
 *     and step in: __sys_socket, __sys_socket_create, sock_create, __sock_create, inet_create.
 *     Each attempt leaves by another branch.
 *   - Watch request_module(): what the kernel asks user space for before it gives up.
 *   - `modules.refcount()` is the same before and after: every path that takes a reference
 *     gives it back.
 */
import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  capset,
  cgroupSock,
  close,
  fault,
  IPPROTO_TCP,
  IPPROTO_UDP,
  kernelLog,
  modules,
  security,
  setFileMax,
  setrlimit_nofile,
  setSocketMax,
  SOCK_DGRAM,
  SOCK_PACKET,
  SOCK_RAW,
  SOCK_STREAM,
  socket,
} from 'sockscope';

async function attempt(what: string, family: number, type: number, protocol = 0) {
  try {
    const fd = await socket(family, type, protocol);
    console.log(`${what}: descriptor ${fd}`);
    await close(fd);
  } catch (error) {
    console.log(`${what}: ${(error as { code: string }).code}`);
  }
}

export async function socketErrors() {
  const references = modules.refcount();
  await attempt('a socket', AF_INET, SOCK_STREAM);

  // __sys_socket_create and __sock_create: the arguments
  await attempt('unknown flags', AF_INET, SOCK_STREAM | 0x100);
  await attempt('family 46', 46, SOCK_STREAM);
  await attempt('family -1', -1, SOCK_STREAM);
  await attempt('type 11', AF_INET, 11);
  await attempt('(PF_INET, SOCK_PACKET)', AF_INET, SOCK_PACKET);

  // the security hooks, before and after
  security({ socket_create: () => -13 });
  await attempt('refused by socket_create', AF_INET, SOCK_STREAM);
  security({ socket_post_create: () => -13 });
  await attempt('refused by socket_post_create', AF_INET, SOCK_STREAM);
  security({});

  // sock_alloc, families that are not there
  setSocketMax(0);
  await attempt('no more sockets', AF_INET, SOCK_STREAM);
  setSocketMax(1_000_000);
  await attempt('no such family', AF_INET6, SOCK_STREAM);
  await attempt('no such family either', AF_PACKET, SOCK_RAW);

  // inet_create: type and protocol
  await attempt('protocol 263', AF_INET, SOCK_STREAM, 263);
  await attempt('type 4 (RDM)', AF_INET, 4);
  await attempt('UDP over SOCK_STREAM', AF_INET, SOCK_STREAM, IPPROTO_UDP);
  await attempt('TCP over SOCK_DGRAM', AF_INET, SOCK_DGRAM, IPPROTO_TCP);
  capset(CAP_NET_ADMIN);
  await attempt('raw socket without CAP_NET_RAW', AF_INET, SOCK_RAW, IPPROTO_TCP);
  capset(CAP_NET_ADMIN, CAP_NET_RAW);
  await attempt('raw socket with it', AF_INET, SOCK_RAW, IPPROTO_TCP);

  // inet_create: memory, the protocol's own functions, the cgroup's program
  fault('sk_alloc');
  await attempt('no memory', AF_INET, SOCK_STREAM);
  fault('raw_hash');
  await attempt('sk_prot->hash fails', AF_INET, SOCK_RAW, IPPROTO_TCP);
  fault('proto_init');
  await attempt('sk_prot->init fails', AF_INET, SOCK_STREAM);
  cgroupSock(() => -1);
  await attempt('refused by the cgroup', AF_INET, SOCK_STREAM);
  cgroupSock(null);
  fault('try_module_get_ops');
  await attempt('the module of the operations is going', AF_INET, SOCK_STREAM);

  // sock_map_fd
  setrlimit_nofile(0);
  await attempt('no descriptor left', AF_INET, SOCK_STREAM);
  setrlimit_nofile(1024);
  setFileMax(0);
  await attempt('no file left', AF_INET, SOCK_STREAM);
  setFileMax(1_000_000);

  const asked = modules.requests().map(({ name }) => name);
  console.log(`asked for: ${asked.join(', ')}`);
  console.log(
    kernelLog()
      .filter((line) => line.includes('obsolete'))
      .join('\n'),
  );
  console.log(`module references: ${modules.refcount() - references} more than before`);
}
