/** A scenario's control over the machine: settings, modules, faults, frame loss, /proc/net. */
import { vnic_wire } from '../drivers/net/vnic/vnic_main.ts';
import { module } from '../include/linux/module.ts';
import { EINVAL, ENOENT, IS_ERR } from '../include/uapi/asm-generic/errno.ts';
import { FAULT_POINTS, type FaultPoint } from '../kernel/fault_inject.ts';
import { sysctl_get, sysctl_set, sysctl_takes } from '../kernel/sysctl.ts';
import { show_value } from '../lib/show_value.ts';
import { inet_register_protosw } from '../net/ipv4/af_inet/init.ts';
import { proc_net } from '../net/ipv4/proc.ts';
import { sock_register, sock_unregister } from '../net/socket/create.ts';
import { sysctl_left_out } from '../net/sysctl_left_out.ts';
import type { security_hooks } from '../security/security.ts';
import { frame_bytes, type wire_frame } from '../wire/frame.ts';
import type { World } from '../world/world.ts';
import { toCount } from './arguments.ts';
import { SystemError } from './errors.ts';

/** A frame as passed to the predicate of dropFrames(). */
export interface FrameView {
  /** Counts from 1, in the order of sending. */
  number: number;
  /** Including the Ethernet header. */
  bytes: Uint8Array;
  /** 'SYN', 'SYN ACK', 'ACK', 'FIN ACK', 'RST' …; '' if it is not TCP. */
  tcpFlags: string;
}

/** The number of the last capability. @linux include/uapi/linux/capability.h */
const CAP_LAST_CAP = 40;

const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** The flags of a TCP segment in an Ethernet frame, in the usual order. */
function tcpFlags(bytes: Uint8Array): string {
  if (bytes.length < 34 || bytes[12] !== 8 || bytes[13] !== 0 || bytes[23] !== 6) return '';
  const flags = bytes[14 + (bytes[14]! & 0xf) * 4 + 13] ?? 0;
  const order = ['SYN', 'FIN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
  return order.filter((name) => (flags & (1 << FLAG_NAMES.indexOf(name))) !== 0).join(' ');
}

export function machineControls(world: World) {
  const here = () => world.running!;
  /** The process's network namespace, which /proc/sys/net and /proc/net show. */
  const net_ns = () => here().current.nsproxy.net_ns;
  return {
    sysctl(name: string, value?: string | number) {
      if (typeof name !== 'string')
        throw new TypeError(
          `sysctl: name must be a text such as 'net.core.somaxconn', got ${show_value(name)}`,
        );
      if (!['undefined', 'string', 'number'].includes(typeof value))
        throw new TypeError(
          `sysctl: the value of ${name} must be a number or a text, got ${show_value(value)}`,
        );
      const leftOut = sysctl_left_out(name);
      if (leftOut !== null) throw new SystemError(-ENOENT, `sysctl ${name} (${leftOut})`);
      if (value !== undefined) {
        const err = sysctl_set(net_ns(), name, String(value));
        if (err === -EINVAL)
          throw new SystemError(err, `sysctl ${name}=${value} (${sysctl_takes(net_ns(), name)})`);
        if (err !== 0) throw new SystemError(err, `sysctl ${name}=${value}`);
      }
      const text = sysctl_get(net_ns(), name);
      if (IS_ERR(text)) throw new SystemError(text, `sysctl ${name}`);
      return text;
    },
    /** Lose the frames that the predicate selects. @returns a function that ends the loss */
    dropFrames(predicate: (frame: FrameView) => boolean) {
      const picked = (frame: wire_frame) => {
        const bytes = frame_bytes(frame);
        return predicate({ number: frame.number, bytes, tcpFlags: tcpFlags(bytes) });
      };
      const paths = [
        ...world.machines.map(({ init_net }) => vnic_wire(init_net.loopback_dev!)),
        ...world.wires.flatMap(({ ends }) => ends.map(({ path }) => path)),
      ];
      const undo = paths.map((path) => path.drop(picked));
      return () => undo.forEach((end) => end());
    },
    /** The text of /proc/net/NAME. */
    proc(name: string) {
      const text = proc_net(net_ns(), name);
      if (text === null) throw new SystemError(-ENOENT, `open /proc/net/${name}`);
      return text;
    },
    capset(...capabilities: number[]) {
      here().current.cred.cap_effective = new Set(
        capabilities.map((capability) => toCount(capability, 'capability', 'capset', CAP_LAST_CAP)),
      );
    },
    setrlimit_nofile(limit: number) {
      here().current.files.rlimit_nofile = toCount(limit, 'limit', 'setrlimit_nofile');
    },
    setFileMax(limit: number) {
      here().files.max_files = toCount(limit, 'limit', 'setFileMax');
    },
    setSocketMax(limit: number) {
      here().max_sockets = toCount(limit, 'limit', 'setSocketMax');
    },
    fault(point: FaultPoint, times = 1) {
      if (!FAULT_POINTS.includes(point))
        throw new TypeError(`fault: no such place: '${point}' (${FAULT_POINTS.join(', ')})`);
      here().faults.set(point, toCount(times, 'times', 'fault'));
    },
    security(hooks: security_hooks) {
      here().security = hooks;
    },
    cgroupSock(program: (() => number) | null) {
      here().cgroup_inet_sock = program;
    },
    kernelLog() {
      return [...here().log.lines];
    },
    /** The module table that request_module() uses. */
    modules: {
      add: (alias: string, load: () => void) => here().modules.add(alias, load),
      remove: (alias: string) => here().modules.remove(alias),
      aliases: () => here().modules.aliases(),
      requests: () => [...here().modules.requests],
      refcount: () => here().kernel_module.refcnt,
      /** For loaders: functions that register a module's family or protocol. */
      register: {
        sock_register,
        sock_unregister,
        inet_register_protosw,
        module,
        get machine() {
          return here();
        },
      },
    },
  };
}
